"""A column, an index and a constraint are added to orders and lines while guests order, unnoticed by them.

A migration as `makemigrations` writes it, with unlimited waiting for locks, must be noticed in the same drill.
"""

import pytest
from django.conf import settings

from harness.drill import CAREFUL, NAIVE, drill, go_back
from harness.evening import opened, watched
from harness.installation import Installation, Plan
from harness.old_orders import grow_old
from harness.screens import Rules

pytestmark = [
    pytest.mark.slow,
    pytest.mark.redis,
    pytest.mark.skipif(settings.SQLITE, reason="SQLite has one writer, and no migration beside it"),
]

OLD_ORDERS = 10_000
REPORT = 4.0  # seconds for which a report reads the tables when the migration starts
PADS = 5


async def test_a_migration_under_orders():
    async with Installation(Plan(processes=2, postgres=True, redis=True)) as here:
        await grow_old(here, OLD_ORDERS)
        async with opened(here) as client, watched(here, client, 4, Rules()) as screens:
            ours = await drill(here, client, screens, CAREFUL, report=REPORT, clients=PADS)
            await go_back(here, CAREFUL)
            naive = await drill(here, client, screens, NAIVE, "--offline", report=REPORT, clients=PADS)
    assert ours.status == 0, ours.output
    assert "Trying again" in ours.output, "no lock was in the way, so the trial shows nothing"
    assert (ours.server_errors, ours.missed) == (0, 0)
    assert ours.account.problems == []
    assert ours.account.acknowledged > 20
    assert ours.locked < REPORT / 2, "it stepped back from a table in use"
    assert naive.locked >= REPORT / 2, "without a limit it stands in the door until the report is over"
    assert max(naive.waits) > REPORT / 2, "and all orders behind it"
