"""A flood of sockets from one pad: the server holds few of them, serves walls at once, and loses no order.

How much later orders reach a wall is shown by `make faults ARGS="--only flood"` on a quiet machine.
"""

import pytest
from django.conf import settings

from harness.evening import opened
from harness.flood import CAPPED, UNCAPPED, flood
from harness.installation import Installation, Plan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="before the database; shown on SQLite"),
]
PAD_CAP = 4


async def flooded(server, caps, seconds, refusals=0):
    async with Installation(Plan(settings={**caps, "SERVER": server})) as here, opened(here) as client:
        return await flood(here, client, seconds=seconds, quiet=1, refusals=refusals)


@pytest.mark.parametrize("server", ["daphne", pytest.param("uvicorn", marks=pytest.mark.long)])
async def test_a_flood_of_one_pad_is_refused_and_walls_are_served(server):
    found = await flooded(server, CAPPED, seconds=6, refusals=21)
    assert found.fate.most_served <= PAD_CAP
    assert found.fate.refused > 20
    assert found.connects, "no wall connected"
    assert max(found.connects) < 10, "on a busy machine; without the caps it takes longer"
    assert found.account.problems == []
    assert found.server_errors == 0


async def test_control_without_caps_and_rates_all_of_them_are_served():
    found = await flooded("daphne", UNCAPPED, seconds=6)
    assert found.fate.most_served > 2 * PAD_CAP, "a slow machine serves fewer, but always more than the caps allow"
    assert found.fate.refused == 0
