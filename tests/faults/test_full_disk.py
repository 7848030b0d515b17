"""A disk without a free byte, in a served restaurant: the reason is told, nothing is lost, and orders go on with space.

Without the distinction of errors the same trial must fail.
"""

import os

import pytest
from django.conf import settings

from harness.evening import opened, watched
from harness.full_disk import FULL, MEGABYTES, NAMELESS, full_disk
from harness.installation import Installation, Plan
from harness.screens import Rules

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="the database's disk; PostgreSQL's error is in the fast tests"),
    pytest.mark.skipif(os.getuid() != 0, reason="only root may mount a disk"),
]


async def trial(plan):
    async with (
        Installation(plan) as here,
        opened(here) as client,
        watched(here, client, 4, Rules()) as screens,
    ):
        return await full_disk(here, client, screens, seconds=4)


async def test_a_full_disk_is_told_and_loses_nothing():
    found = await trial(Plan(disk=MEGABYTES))
    assert set(found.refused) == {FULL}
    assert found.unhealthy == found.asked > 0
    assert found.account.problems == []
    assert found.server_errors == 0
    assert found.orders_back < 10
    assert max(found.screens_back) < 10


async def test_control_without_the_distinction_it_says_busy():
    found = await trial(Plan(disk=MEGABYTES, settings=NAMELESS))
    assert FULL not in found.refused
    assert found.refused["overloaded"] > 0
