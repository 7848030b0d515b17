"""A stranger at the staff's own address shuts nobody out, and no limit grows with the number of processes."""

import shutil

import pytest
from django.conf import settings

from harness.evening import opened
from harness.installation import Installation, Plan
from harness.lockout import APART, BY_ADDRESS, CODES_A_MINUTE, guess_at_all, knock_everywhere

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="before the database; shown on SQLite"),
]
with_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server")


async def knocked(settings=None):
    async with Installation(Plan(settings=settings)) as here, opened(here) as client:
        return await knock_everywhere(here, client)


async def guessed(settings=None):
    async with Installation(Plan(processes=4, redis=True, settings=settings)) as here, opened(here) as client:
        return await guess_at_all(here, client, tries=200)


async def test_after_knocks_at_every_door_all_staff_come_in():
    found = await knocked()
    assert found.shut == []
    assert found.entered > 10
    assert found.refused > 0, "the limits hold meanwhile; how often depends on the minutes of the clock"


async def test_control_with_a_lock_of_the_address_nobody_comes_in():
    assert len((await knocked(BY_ADDRESS)).shut) > 10


@pytest.mark.long  # in short: bistro/core/tests/test_rate_limits.py
@with_redis
async def test_four_processes_have_one_limit_for_all_forged_addresses():
    answers = await guessed()
    assert answers == {"invalid_code": CODES_A_MINUTE, "throttled": 200 - CODES_A_MINUTE}


@pytest.mark.long
@with_redis
async def test_control_processes_that_count_apart_let_more_through():
    assert (await guessed(APART))["invalid_code"] == 4 * CODES_A_MINUTE
