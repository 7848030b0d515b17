"""The server's clock is put back and forward by minutes during service: nobody is signed out, no list is disturbed.

Without leeway for `iat` the same trial must fail.
"""

import pytest
from django.conf import settings

from harness.clock_steps import EXACT, LIBRARIES, clock_steps, faked
from harness.evening import opened, watched
from harness.installation import Installation, Plan
from harness.screens import Rules

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,  # in short: bistro/core/tests/test_clock_steps.py
    pytest.mark.skipif(not settings.SQLITE, reason="the same on both; shown on SQLite"),
    pytest.mark.skipif(not LIBRARIES, reason="needs libfaketime"),
]


async def trial(clock, server, **more):
    async with (
        Installation(Plan(settings=faked(clock, server) | more)) as here,
        opened(here) as client,
        watched(here, client, 4, Rules()) as screens,
    ):
        return await clock_steps(here, client, screens, clock)


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_nobody_is_signed_out_and_no_order_is_misplaced(tmp_path, server):
    found = await trial(tmp_path / "clock", server)
    assert (found.signed_out, found.misplaced, found.server_errors) == (0, 0, 0)
    assert found.account.problems == []
    assert max(found.screens_back) < 10


async def test_control_without_leeway_people_are_signed_out(tmp_path):
    assert (await trial(tmp_path / "clock", "uvicorn", **EXACT)).signed_out > 0
