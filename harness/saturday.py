"""The rows of `make faults` for a Saturday of the whole room."""

import argparse
from collections.abc import AsyncIterator

from harness.chaos import POSTGRES, REDIS, WORKER
from harness.installation import Plan
from harness.room import Mischief, RoomOutcome, room_evening
from harness.table import COLUMNS, Row, recovery_cell


async def saturday(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Yield the rows of both kinds of installation; then, as a control, without keys."""
    scaled = Plan(processes=4, postgres=True, redis=True)
    whole = Mischief(kills=4, redis_restarts=2, postgres_kills=2, cut=wanted.cut)
    yield room_row(await room_evening(scaled, whole))
    embedded = Plan(processes=2)
    yield room_row(await room_evening(embedded, Mischief(kills=4, cut=wanted.cut)))
    many = Mischief(kills=2, cut=0.2)
    name = "*control* SQLite, a Saturday without keys"
    yield room_row(await room_evening(embedded, many, every=2, keyed=False, name=name), control=True)


def room_row(found: RoomOutcome, *, control: bool = False) -> Row:
    """Build the row of an evening: who was there, the money, and what is wrong at the end."""
    done = found.ledger.counts
    kinds = ("covers", "bookings", "walk-ins", "no-shows", "parties moved", "tables joined", "payments")
    cells = {
        "evening": f"{found.name}: " + ", ".join(f"{done[kind]} {kind}" for kind in kinds),
        "orders": f"{done['orders']:,}",
        "money": f"{found.ledger.paid} paid",
        COLUMNS[8]: recovery_cell(found.recoveries.get(WORKER)),
        COLUMNS[9]: recovery_cell(found.recoveries.get(REDIS)),
        COLUMNS[10]: recovery_cell(found.recoveries.get(POSTGRES)),
        "stale": f"{found.unequal} of {found.screens}; {found.room_unequal} of {found.looks * found.room_screens}",
    }
    return Row(cells, found.problems, control)
