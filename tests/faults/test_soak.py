"""A wall screen's weeks in short: sockets that live for seconds, under orders.

Some screens have no cursor and some do not catch up: the same trial must fail them.
"""

import pytest
from django.conf import settings

from harness.evening import opened, watched
from harness.installation import Installation, Plan
from harness.screens import Rules
from harness.soak import DEAF, SHORT_SOCKETS, soak
from harness.trials import FORGETFUL

pytestmark = [pytest.mark.slow, pytest.mark.long]  # in short: tests/faults/test_lines.py


@pytest.mark.skipif(not settings.SQLITE, reason="the same on both; shown on SQLite")
async def test_screens_that_are_sent_away_again_and_again_miss_nothing():
    async with (
        Installation(Plan(settings=SHORT_SOCKETS)) as here,
        opened(here) as client,
        watched(here, client, 8, Rules()) as careful,
        watched(here, client, 4, FORGETFUL) as forgetful,
        watched(here, client, 4, DEAF) as deaf,
    ):
        groups = [careful, forgetful, deaf]
        ours, without_cursor, deaf_ones = await soak(here, client, groups, seconds=6, patience=2)
    assert ours.account.problems == []
    assert (ours.missed, ours.unequal, ours.server_errors) == (0, 0, 0)
    assert ours.rotations >= ours.screens
    assert ours.snapshots == ours.screens, "a screen with a cursor needs its first snapshot only"
    assert max(ours.dark) < 2, "one second is promised, on a machine that does nothing else"
    assert without_cursor.snapshots > without_cursor.screens
    assert deaf_ones.missed > 0
