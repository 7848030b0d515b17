"""The stay of a party: it orders, eats, asks for the bill, pays and goes. Each step plans the next one.

`Stays` goes through the API, with dishes and money. `QuickStays` only notes the phases, as orders and bills note them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from bistro.core.kernel.actors import Actor
from bistro.core.writing.unit_of_work import UnitOfWork
from tables import phase_steps
from tables.stay_steps import lock_stay
from tables.steps import complete_party
from tools.simulator.evening.desk import Person
from tools.simulator.evening.houses import DISHES, House
from tools.simulator.evening.ledgers import Guests, Ledger

Later = Callable[[float, Callable[[], None]], None]  # (minutes from now, act)
METHODS = ("cash", "terminal", "terminal")


class Stays:
    """The acts of waiters, kitchen and guests at the tables. `freed` is called when a table is free again."""

    def __init__(self, house: House, ledger: Ledger, seed: int, later: Later, freed: Callable[[], None]) -> None:
        self.house, self.ledger, self.later, self.freed = house, ledger, later, freed
        self.dice = random.Random(f"stays {seed}")

    def begin(self, guests: Guests) -> None:
        """Plan the first order."""
        self.later(guests.visit.stay.rounds[0][0], lambda: self._order(guests, 0))

    def _order(self, guests: Guests, course: int) -> None:
        """Order a dish for each guest."""
        dishes = self.dice.choices(DISHES, k=min(guests.visit.size, 3))
        lines = [{"item": dish, "quantity": 1} for dish in dishes]
        if guests.visit.size > len(lines):
            lines[0]["quantity"] = guests.visit.size - len(lines) + 1
        table = self.house.tables[guests.tables[0]]
        order = self._waiter(guests).post("/api/v1/orders", {"table": table["id"], "lines": lines})
        guests.order, guests.party = order["id"], order["party"]
        self.ledger.counts["orders"] += 1
        self.later(guests.visit.stay.rounds[course][1], lambda: self._serve(guests, course))

    def _serve(self, guests: Guests, course: int) -> None:
        """Cook and serve the order; then comes another course, or the guests eat up."""
        for ticket in self.house.kitchen.get("/api/v1/tickets", {"order": guests.order, "status": "open"})["results"]:
            self.house.kitchen.post(f"/api/v1/tickets/{ticket['id']}/bump")
        self._waiter(guests).post(f"/api/v1/orders/{guests.order}/deliver")
        stay = guests.visit.stay
        if course + 1 < len(stay.rounds):
            self.later(stay.rounds[course + 1][0], lambda: self._order(guests, course + 1))
        else:
            self.later(stay.eats, lambda: self._ask_for_bill(guests))

    def _ask_for_bill(self, guests: Guests) -> None:
        self._waiter(guests).post(f"/api/v1/bills/{guests.party}/present")
        self.later(guests.visit.stay.pays, lambda: self._pay(guests))

    def _pay(self, guests: Guests) -> None:
        """Pay the bill, as a whole or in equal shares."""
        waiter, path = self._waiter(guests), f"/api/v1/bills/{guests.party}"
        shares: list[int | None] = [None]
        if guests.visit.stay.shares > 1:
            bill = waiter.post(f"{path}/split", {"by": "equal", "ways": guests.visit.stay.shares})
            shares = [share["id"] for share in bill["shares"]]
        for share in shares:
            tip = self.dice.choice(("0", "1", "2"))
            body = {"method": self.dice.choice(METHODS), "share": share, "tip": tip}
            payment = waiter.post(f"{path}/payments", body)
            self.ledger.paid += sum((Decimal(payment[name]) for name in ("amount", "tip", "rounding")), Decimal(0))
            self.ledger.counts["payments"] += 1
        stay = guests.visit.stay
        self.later(stay.goes + stay.cleaned, lambda: self._clear(guests))

    def _clear(self, guests: Guests) -> None:
        """Clear the table after the guests have gone. Until then nobody else can have it."""
        self._waiter(guests).post(f"/api/v1/tables/{self.house.tables[guests.tables[0]]['id']}/clear")
        self._gone(guests)

    def _gone(self, guests: Guests) -> None:
        del self.ledger.sitting[guests.visit.number]
        self.ledger.parties[guests.uid] = "completed"
        self.ledger.counts["parties that ate and paid"] += 1
        self.ledger.counts["covers"] += guests.visit.size
        self.freed()

    def _waiter(self, guests: Guests) -> Person:
        return self.house.waiters[guests.waiter]


class QuickStays(Stays):
    """The same stays without dishes and money: only the phases and the end are noted."""

    def _order(self, guests: Guests, course: int) -> None:
        if course == 0:
            self._note(lambda work: phase_steps.note_first_orders([guests.party], work))
        self.later(guests.visit.stay.rounds[course][1], lambda: self._serve(guests, course))

    def _serve(self, guests: Guests, course: int) -> None:
        self._note(lambda work: phase_steps.note_dishes([guests.party], work))
        stay = guests.visit.stay
        if course + 1 < len(stay.rounds):
            self.later(stay.rounds[course + 1][0], lambda: self._order(guests, course + 1))
        else:
            self.later(stay.eats, lambda: self._ask_for_bill(guests))

    def _ask_for_bill(self, guests: Guests) -> None:
        self._note(lambda work: phase_steps.note_bill_asked(guests.party, work))
        self.later(guests.visit.stay.pays, lambda: self._pay(guests))

    def _pay(self, guests: Guests) -> None:
        self._note(lambda work: phase_steps.note_paid(guests.party, work))
        self.later(guests.visit.stay.goes + guests.visit.stay.cleaned, lambda: self._clear(guests))

    def _clear(self, guests: Guests) -> None:
        def complete(work: UnitOfWork) -> None:
            stay = lock_stay(guests.party, work)
            complete_party(stay.party, stay.tables, work)

        self._note(complete)
        self._gone(guests)

    def _note(self, step: Callable[[UnitOfWork], None]) -> None:
        with UnitOfWork(Actor.system(self.house.pk, "evening")) as work:
            step(work)
