"""The checks of an evening: the room as the API shows it, every party accounted for, no table twice, the money."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

from tools.simulator.cashiers import differences
from tools.simulator.evening.houses import House
from tools.simulator.evening.ledgers import Ledger

EXPECTED = ("booked", "confirmed", "late")


def check_room(house: House, ledger: Ledger) -> None:
    """Compare tables and guests of the API with what the players know, and look for overlapping bookings."""
    held = ledger.held()
    shown = {row["id"] for row in house.owner.get(f"{house.room}/tables") if row["status"] == "occupied"}
    for table in shown ^ set(held):
        ledger.problems.append(f"{house.tables[table]['name']} is shown wrongly: {held.get(table, 'nobody')} there")
    waiting = {row["id"] for row in house.owner.get(f"{house.room}/guests", {"status": "waiting"})}
    if waiting != {guests.waits for guests in ledger.waiting}:
        ledger.problems.append("the waiting list differs")
    _check_bookings(house, ledger)
    ledger.counts["looks at the room"] += 1


def check_end(house: House, ledger: Ledger, *, money: bool) -> None:
    """Check that everybody came to an end, and that the money agrees."""
    for guests in [*ledger.sitting.values(), *ledger.waiting, *ledger.at_the_door]:
        ledger.problems.append(f"{guests.visit.name} is still here")
    _check_parties(house, ledger)
    if money:
        _check_money(house, ledger)


def _check_parties(house: House, ledger: Ledger) -> None:
    gone = {row["id"] for row in house.owner.get(f"{house.room}/guests", {"status": "completed"})}
    lost = [uid for uid in ledger.parties if uid not in gone]
    if lost:
        ledger.problems.append(f"{len(lost)} parties are lost")


def _check_bookings(house: House, ledger: Ledger) -> None:
    """Look for two expected bookings at one table at the same time."""
    times: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in house.owner.get(f"{house.room}/reservations"):
        if row["status"] in EXPECTED:
            for table in row["tableIds"]:
                times[table].append((row["startsAt"], row["endsAt"]))
    for table, spans in times.items():
        spans.sort()
        if any(end > begin for (_begin, end), (begin, _end) in pairwise(spans)):
            ledger.problems.append(f"{house.tables[table]['name']} is booked twice at one time")


def _check_money(house: House, ledger: Ledger) -> None:
    """Close the day; the closing must add up, and hold what was paid at the tables."""
    closing = house.owner.post("/api/v1/closings", {})
    ledger.problems += differences(closing)
    received = Decimal(closing["received"]) - Decimal(closing["given_back"])
    if received != ledger.paid:
        ledger.problems.append(f"the closing has {received}, the guests paid {ledger.paid}")
    if Decimal(closing["open_after"]):
        ledger.problems.append(f"{closing['open_after']} was not paid")
