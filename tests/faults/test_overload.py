"""Overload of a server process without a proxy: refusals name the time of the next attempt, and staff can work.

The limits are low, so that a test can reach them. `make faults ARGS="--only overload"` shows the effect of no limit.
"""

import pytest
from django.conf import settings

from harness.evening import opened
from harness.installation import Installation, Plan
from harness.overload import FEW_PLACES, overload

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="before the database; shown on SQLite"),
]
FULL, TIMES = 48, 5


async def crowded(places, seconds):
    async with Installation(Plan(settings=places)) as here, opened(here) as client:
        return await overload(here, client, full=FULL, times=TIMES, seconds=seconds)


async def test_too_many_pads_are_told_politely_to_come_again_and_nothing_is_lost():
    found = await crowded(FEW_PLACES, seconds=8)
    assert found.crowded.refused > FULL, "nobody was refused: nothing was tried"
    for rush in (found.full, found.crowded, found.after):
        assert rush.improper == {}
        assert rush.server_errors == 0
        assert rush.differing == 0
        assert rush.account.problems == []
    assert found.crowded.good > 0
    assert found.staff, "no page was served to staff meanwhile"
    assert found.staff_failures == {}
    assert found.after.refused == 0, "afterwards there is room again at once"
    assert found.grown < 150
