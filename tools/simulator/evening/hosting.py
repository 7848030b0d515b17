"""The hosts: they take bookings, seat guests, keep the waiting list, move and join parties."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from tables.waitlist.quoting import Room
from tools.simulator.evening.doors import Door, Seated
from tools.simulator.evening.houses import ZONE, House
from tools.simulator.evening.ledgers import Guests, Ledger
from tools.simulator.evening.plans import Visit
from tools.simulator.evening.stays import Later


class Hosts:
    """The two hosts of an evening. They seat where the waiting list's page offers a table, in the order of the list."""

    waiting_come_first = True  # nobody gets another table while others wait for one

    def __init__(
        self, house: House, ledger: Ledger, door: Door, seed: int, later: Later, begin: Callable[[Guests], None]
    ) -> None:
        self.house, self.ledger, self.door, self.later, self.begin = house, ledger, door, later, begin
        self.dice = random.Random(f"hosts {seed}")
        self._room: Any = None  # what the hosts know of the room until something changes

    def book(self, visit: Visit, doors: datetime) -> None:
        """Take a booking by phone."""
        booked = self.door.book(visit, doors + timedelta(minutes=visit.booked_for or 0))
        if booked is None:
            self.ledger.counts["bookings refused"] += 1
            return
        self.ledger.bookings[visit.number] = booked
        self.ledger.counts["bookings"] += 1

    def give_up(self, visit: Visit) -> None:
        """Mark a booking whose guests have not come as a no-show, which frees its table."""
        self.door.give_up(self.ledger.bookings[visit.number].ref)
        self.ledger.counts["no-shows"] += 1
        self.ledger.given_up.add(visit.number)
        self.look_round()

    def arrive(self, visit: Visit) -> None:
        """Receive guests: those with a booking at the door, others at a free table or on the list."""
        guests = Guests(visit)
        if visit.number in self.ledger.bookings:
            self.ledger.at_the_door.append(guests)
            self.look_round()
            return
        self.ledger.counts["walk-ins"] += 1
        self.look_round()
        free = self._free(visit.size)
        if free and not any(each.visit.size <= visit.size for each in self.ledger.waiting):
            self._sits(guests, self.door.seat(visit, free[0]), "seated at once")
            return
        guests.waits = self.door.wait(visit)
        self.ledger.waiting.append(guests)
        self.ledger.counts["put on the list"] += 1
        self.later(visit.patience, lambda: self._lose_patience(guests))

    def look_round(self) -> None:
        """Seat whoever can be seated: first guests with a booking, then the list in its order."""
        self._room = None
        for guests in list(self.ledger.at_the_door):
            self._seat_booked(guests)
        for guests in list(self.ledger.waiting):
            free = self._free(guests.visit.size)
            if free:
                self.ledger.waiting.remove(guests)
                self._sits(guests, self.door.seat_waiting(guests.waits, free[0]), "seated from the list")

    def wander(self, guests: Guests) -> None:
        """Move guests to another table, or give them a second one, if one is free."""
        if guests.visit.number not in self.ledger.sitting or not guests.party:
            return
        self._room = None
        free = self._free(guests.visit.size if guests.visit.moves else 1)
        if not free or (self.ledger.waiting and self.waiting_come_first):
            return
        act = "move" if guests.visit.moves else "join"
        host = self.house.hosts[0]
        host.post(f"/api/v1/parties/{guests.party}/{act}", {"table": self.house.tables[free[0]]["id"]})
        guests.tables = [free[0]] if act == "move" else [*guests.tables, free[0]]
        self.ledger.counts["parties moved" if act == "move" else "tables joined"] += 1
        self.look_round()

    def _seat_booked(self, guests: Guests) -> None:
        """Seat guests with a booking at its tables, or at another free one while others still sit there."""
        booked = self.ledger.bookings[guests.visit.number]
        seated = self.door.seat_booked(booked, None)
        if seated is None:
            free = self._free(guests.visit.size)
            seated = self.door.seat_booked(booked, free[0]) if free else None
        if seated is not None:
            self.ledger.at_the_door.remove(guests)
            self._sits(guests, seated, "bookings seated")

    def _sits(self, guests: Guests, seated: Seated, how: str) -> None:
        guests.uid, guests.tables, guests.party = seated.uid, list(seated.tables), seated.party
        guests.waiter = self.dice.randrange(len(self.house.waiters))
        self.ledger.sitting[guests.visit.number] = guests
        self.ledger.parties[guests.uid] = "seated"
        self.ledger.seated.add(guests.visit.number)
        self.ledger.counts[how] += 1
        self._room = None
        self.begin(guests)
        if guests.visit.moves or guests.visit.joins:
            self.later(self.dice.uniform(30, 50), lambda: self.wander(guests))

    def _lose_patience(self, guests: Guests) -> None:
        if guests in self.ledger.waiting:
            self.door.leave(guests.waits)
            self.ledger.waiting.remove(guests)
            self.ledger.counts["left the list"] += 1

    def _free(self, size: int) -> list[str]:
        """Return the tables that the waiting list's page offers for a size, the smallest first."""
        if self._room is None:
            self._room = Room(self.house.pk, timezone.now(), ZoneInfo(ZONE))
        return [str(table.uid) for table in self._room.free_tables(size)]
