"""The clock of an evening: acts in the order of their times, and what the server does alone in between."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import time_machine
from django.utils import timezone

from tables.bookings.services import follow_overstays, mark_late
from tables.waitlist.services import pass_offers_on
from tools.simulator.evening.checks import check_end, check_room
from tools.simulator.evening.doors import ApiDoor, ServiceDoor
from tools.simulator.evening.hosting import Hosts
from tools.simulator.evening.houses import House
from tools.simulator.evening.ledgers import Ledger
from tools.simulator.evening.plans import Visit, plan
from tools.simulator.evening.stays import QuickStays, Stays

ROUND = 5.0  # minutes between two looks at the room
GRACE = 20.0  # minutes after which hosts give the table of guests who do not come to others
BOOKED_BEFORE = timedelta(hours=30)


class Evening:
    """An evening that is played from the opening of the doors until the last guests have gone."""

    hosts_class: type[Hosts] = Hosts
    door_class: type[ApiDoor] = ApiDoor

    def __init__(
        self, house: House, doors: datetime, seed: int, clock: time_machine.Traveller | None, *, quick: bool = False
    ) -> None:
        """Prepare an evening; `quick` leaves out dishes, money and the API, for the judgement of quotes.

        Without a clock the acts are played at their real times.
        """
        self.house, self.doors, self.clock, self.quick = house, doors, clock, quick
        self.ledger = Ledger()
        self.now = 0.0
        self._acts: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        door = ServiceDoor(house) if quick else self.door_class(house)
        self.hosts = self.hosts_class(
            house, self.ledger, door, seed, self.later, lambda guests: self.stays.begin(guests)
        )
        stays = QuickStays if quick else Stays
        self.stays: Stays = stays(house, self.ledger, seed, self.later, self.hosts.look_round)
        self.visits = plan(seed)

    def later(self, minutes: float, act: Callable[[], None]) -> None:
        """Plan an act."""
        heapq.heappush(self._acts, (self.now + minutes, next(self._numbers), act))

    def play(self) -> Ledger:
        """Play the whole evening, close the day, and return the account."""
        self.run()
        check_end(self.house, self.ledger, money=not self.quick)
        return self.ledger

    def run(self) -> None:
        """Take the bookings, and play until the last guests have gone."""
        if self.clock is not None:
            self.clock.move_to(self.doors - BOOKED_BEFORE)
        for visit in self.visits:
            if visit.booked_for is not None:
                self.hosts.book(visit, self.doors)
        for visit in self.visits:
            self._expect(visit)
        self.later(0.0, self._round)
        while self._acts:
            self.now, _number, act = heapq.heappop(self._acts)
            self.wait()
            act()

    def wait(self) -> None:
        """Let the time of the next act come."""
        if self.clock is not None:
            self.clock.move_to(self.doors + timedelta(minutes=self.now))

    def _expect(self, visit: Visit) -> None:
        """Plan the arrival of guests, or the moment when the hosts give them up."""
        booking = self.ledger.bookings.get(visit.number)
        if visit.booked_for is not None and booking is None:
            return  # there was no room for them all evening
        at = visit.at
        if booking is not None:
            begins = (booking.starts_at - self.doors).total_seconds() / 60
            at = max(begins + visit.at - (visit.booked_for or 0), 0.0)
            if not visit.shows:
                self.later(begins + GRACE, lambda: self.hosts.give_up(visit))
                return
        self.later(at, lambda: self.hosts.arrive(visit))

    def _round(self) -> None:
        """Let the server do what the clock causes, the hosts look round, and compare the room with the account."""
        if self.clock is not None:  # a server that runs does this itself
            for sweep in (pass_offers_on, mark_late, follow_overstays):
                sweep(now=timezone.now())
        self.hosts.look_round()
        if not self.quick:
            check_room(self.house, self.ledger)
        if self._acts:
            self.later(ROUND, self._round)
