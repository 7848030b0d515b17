"""Backups under orders and a restore with real servers; a file that is copied by hand must be noticed.

`make faults ARGS="--only restore"` does the same with a million orders.
"""

import pytest
from django.conf import settings

from harness.backups import back_up_and_restore, copy_by_hand
from harness.evening import opened
from harness.installation import Installation, Plan
from harness.old_orders import grow_old

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="the embedded default; PostgreSQL restores in tests/journeys"),
]

OLD_ORDERS = 8_000  # enough for increments


async def test_a_backup_under_orders_is_restored_and_a_stopped_server_leaves_one_file():
    async with Installation(Plan(pads=5)) as here:
        await grow_old(here, OLD_ORDERS)
        async with opened(here) as client:
            found = await back_up_and_restore(here, client, clients=5, seconds=2)
    assert found.problems == []
    full, increment = found.backups
    assert (full["base"], increment["base"]) == (None, full["archive"].rpartition("/")[2])
    assert increment["bytes"] < full["bytes"] / 2
    assert OLD_ORDERS <= found.restored <= found.orders
    assert found.log_left == 0


async def test_control_a_file_copied_by_hand_goes_wrong():
    async with Installation(Plan(pads=5)) as here, opened(here) as client:
        found = await copy_by_hand(here, client, clients=5, seconds=4)
    assert found.problems
