"""Guests with a deposit in a simulated evening: paid online, then spent on a bill, given back, or kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol

from asgiref.sync import sync_to_async

from bistro.core.kernel.errors import DomainError

if TYPE_CHECKING:
    from tools.simulator.cashiers import Cashier

ZERO = Decimal(0)
FATES = ("seated", "cancelled", "no_show", "seated")
ENDS = {"seated": {"paid", "returned"}, "cancelled": {"returned"}, "no_show": {"kept"}}
UNPAID = ("wanted", "under_way")
LOOKS = 240  # at a deposit that waits for its provider, half a second apart
MOST_DISHES = 99


class Reserved(Protocol):
    """A booking of the run, with the secret of its guest's link, and its deposit."""

    token: str
    deposit: Any


class Host(Protocol):
    """The host at the house's own desk (`bistro.demo.host`). `open` lets each booking need a deposit."""

    def open(self) -> None: ...
    def close(self) -> None: ...
    def book(self, table: int) -> Any: ...
    def act(self, booking: Any, fate: str) -> None: ...
    def deposit(self, booking: Any) -> tuple[str, Decimal]: ...


@dataclass(slots=True)
class Deposits:
    """The deposits of a run: the money that came in, and what became of it."""

    paid: Decimal = ZERO
    spent: Decimal = ZERO
    given_back: Decimal = ZERO
    kept: Decimal = ZERO


class Depositors:
    """The guests who come after the others have paid, to the tables that are free then."""

    def __init__(self, cashier: Cashier, host: Host) -> None:
        self.cashier, self.host = cashier, host
        self.money = cashier.takings.deposits

    async def play(self, orders: list[int]) -> None:
        """Play a deposit of each fate, as far as tables are free."""
        await sync_to_async(self.host.open)()
        try:
            places = await self._free_places(orders)
            await asyncio.gather(*(self._play(place, fate) for place, fate in zip(places, FATES, strict=False)))
        finally:
            await sync_to_async(self.host.close)()

    async def _free_places(self, orders: list[int]) -> list[Mapping[str, Any]]:
        """Clear tables of guests who have paid, and return one of their orders for each."""
        found: dict[int, Mapping[str, Any]] = {}
        for order in orders:
            if len(found) == len(FATES):
                break
            body = (await self.cashier.get(f"/api/v1/orders/{order}")).body
            table = body.get("table")
            if table is None or table in found or not _dish_of(body):
                continue
            if (await self.cashier.post(f"/api/v1/tables/{table}/clear", None)).ok:
                found[table] = body
        return list(found.values())

    async def _play(self, place: Mapping[str, Any], fate: str) -> None:
        try:
            booking = await sync_to_async(self.host.book)(place["table"])
            if not await self._pay(booking):
                return
            self.money.paid += booking.deposit
            await sync_to_async(self.host.act)(booking, fate)
        except DomainError as refusal:
            self.cashier.takings.complaints[f"deposit: {refusal.code}"] += 1
            return
        if fate == "seated":
            back = await self._dine(place, booking.deposit)  # others add to the sum meanwhile
            self.money.given_back += back
        elif fate == "cancelled":
            self.money.given_back += booking.deposit
        else:
            self.money.kept += booking.deposit
        await self._ended(booking, ENDS[fate])

    async def _pay(self, booking: Reserved) -> bool:
        """Press the button of the guest's page until the money has arrived; a charge that ended may be tried again."""
        state = "wanted"
        for _look in range(LOOKS):
            if state == "wanted":
                await self.cashier.client.submit(f"/deposit/{booking.token}/")
            state, _balance = await sync_to_async(self.host.deposit)(booking)
            if state not in UNPAID:
                return True
            await asyncio.sleep(0.5)
        self.cashier.takings.complaints[f"deposit stays {state}"] += 1
        return False

    async def _dine(self, place: Mapping[str, Any], deposit: Decimal) -> Decimal:
        """Order for more than the deposit, pay the rest, and give some of the deposit back; return how much."""
        line = _dish_of(place)
        assert line is not None  # the places are chosen so
        dishes = min(MOST_DISHES, ceil(2 * deposit / Decimal(line["unit_price"])))
        body = {"table": place["table"], "lines": [{"item": line["item"], "quantity": dishes}]}
        answer = await self.cashier.post("/api/v1/orders", body)
        if not answer.ok:
            self.cashier.takings.complaints[f"order after a deposit: {answer.code}"] += 1
            return ZERO
        path = f"/api/v1/bills/{answer.body['party']}"
        await self.cashier.settle(answer.body["party"])
        bill = (await self.cashier.get(path)).body
        spent = [each for each in bill["payments"] if each["method"] == "deposit"]
        self.money.spent += sum((Decimal(each["amount"]) for each in spent), ZERO)
        if Decimal(bill["due"]) or Decimal(bill["deposit"]) or not spent:
            self.cashier.takings.problems.append(f"the deposit was not taken off the bill: due {bill['due']}")
            return ZERO
        return await self.cashier.refund(spent[0])

    async def _ended(self, booking: Reserved, ends: set[str]) -> None:
        """Wait until nothing is owed of a deposit, in the state that it must have."""
        state, balance = "", ZERO
        for _look in range(LOOKS):
            state, balance = await sync_to_async(self.host.deposit)(booking)
            if state in ends and not balance:
                return
            await asyncio.sleep(0.5)
        self.cashier.takings.problems.append(f"a deposit is {state}, and {balance} of it is owed")


def _dish_of(order: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a line of an order that can be ordered again without choices."""
    lines = [line for line in order.get("lines", ()) if not line["modifiers"] and Decimal(line["unit_price"]) > 0]
    return lines[0] if lines else None
