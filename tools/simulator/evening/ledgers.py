"""The knowledge of the players of an evening, which the checks compare with the API: who sits where, who waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tools.simulator.evening.doors import Booked
from tools.simulator.evening.plans import Visit


@dataclass(slots=True)
class Guests:
    """A party that is here. `tables` are uids, the head table first; `party` is known from its first order on."""

    visit: Visit
    uid: str = ""
    party: int = 0
    tables: list[str] = field(default_factory=list)
    waits: Any = None  # the reference on the waiting list
    waiter: int = 0
    order: int = 0


@dataclass(slots=True)
class Ledger:
    """The account of one evening. `problems` are empty if all agrees."""

    sitting: dict[int, Guests] = field(default_factory=dict)
    waiting: list[Guests] = field(default_factory=list)
    at_the_door: list[Guests] = field(default_factory=list)
    bookings: dict[int, Booked] = field(default_factory=dict)
    seated: set[int] = field(default_factory=set)  # numbers of the visits that got a table
    given_up: set[int] = field(default_factory=set)  # of the bookings whose guests did not come
    parties: dict[str, str] = field(default_factory=dict)  # {uid: seated or completed}
    counts: Counter[str] = field(default_factory=Counter)
    paid: Decimal = Decimal(0)
    problems: list[str] = field(default_factory=list)

    def held(self) -> dict[str, str]:
        """Return {uid of a table: name of the guests who sit there}. Notes two parties at one table as a problem."""
        found: dict[str, str] = {}
        for guests in self.sitting.values():
            for table in guests.tables:
                if table in found:
                    self.problems.append(f"{guests.visit.name} and {found[table]} sit at the same table")
                found[table] = guests.visit.name
        return found
