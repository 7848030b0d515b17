"""Forecasts: many tries of how the next hours may go, from which quotes are read.

A try draws how long guests still stay, which bookings come and who leaves the list. It seats as hosts do: bookings at
their tables, then the waiting parties in their order, each at the smallest free table that no booking needs meanwhile.
Times are minutes from now. The same scene always gives the same forecast.
"""

import heapq
import itertools
import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

TRIES = 60
SEED = 1
FARTHEST = 240  # minutes; nobody waits longer
ENOUGH = 40  # past bookings from which a house's own arrivals are learned
STILL_EXPECTED = 5.0  # minutes, for guests later than everybody before

Event = Callable[[], None]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Arrival:
    """The end of a past booking, in minutes after its time: the guests came, or the host gave its table to others."""

    minutes: float
    came: bool


# Without experience three bookings of 22 fail, and their tables are free after a quarter of an hour.
USUAL_ARRIVALS = (*(Arrival(float(minutes), True) for minutes in range(-6, 13)), *(3 * [Arrival(15.0, False)]))


@dataclass(frozen=True, slots=True)
class Sitting:
    """Guests at tables. `stays` are the minutes that they may still stay, ascending."""

    tables: Sequence[int]
    stays: Sequence[float]


@dataclass(frozen=True, slots=True)
class Coming:
    """A booking whose guests have not been seated yet."""

    size: int
    begins: float
    ends: float
    tables: Sequence[int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A party that comes first, and the minutes that it has waited."""

    size: int
    waited: float


@dataclass(frozen=True, slots=True)
class PastWait:
    """A past wait on the list, until the party was seated or left."""

    minutes: float
    left: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """The room at one moment. `seats` has the tables in the order in which hosts fill them, the smallest first.

    `waiting` are those who come first. `stays` returns the minutes that a party of a size may stay, ascending, and
    `usual` the stay that must fit before the next booking of a table.
    """

    seats: Mapping[int, int]
    sitting: Sequence[Sitting]
    coming: Sequence[Coming]
    arrivals: Sequence[Arrival]
    waiting: Sequence[Waiting]
    past_waits: Sequence[PastWait]
    stays: Callable[[int], Sequence[float]]
    usual: Callable[[int], float]


def forecast(scene: Scene, sizes: Iterable[int]) -> dict[int, list[float]]:
    """Return, for parties of these sizes, the minutes until a table is free in each try, ascending."""
    asked = [size for size in set(sizes) if any(seats >= size for seats in scene.seats.values())]
    rng = random.Random(SEED)
    stays = [_spread(sitting.stays, rng) for sitting in scene.sitting]
    arrivals = [_spread(_still_possible(scene.arrivals, -coming.begins), rng) for coming in scene.coming]
    waits = sorted(scene.past_waits, key=lambda wait: wait.minutes)
    found: dict[int, list[float]] = {size: [] for size in asked}
    for number in range(TRIES):
        patience = [_patience(waits, party.waited, rng) for party in scene.waiting]
        run = Try(scene, [each[number] for each in stays], [each[number] for each in arrivals], patience, rng)
        free = run.play(asked)
        for size in asked:
            found[size].append(free.get(size, float(FARTHEST)))
    return {size: sorted(minutes) for size, minutes in found.items()}


def _still_possible(arrivals: Sequence[Arrival], late: float) -> list[Arrival]:
    """Return the past bookings of which nothing was seen by now, those that failed last."""
    known = arrivals if len(arrivals) >= ENOUGH else [*arrivals, *USUAL_ARRIVALS]
    left = [arrival for arrival in known if arrival.minutes > late]
    left.sort(key=lambda arrival: (not arrival.came, arrival.minutes))
    return left or [Arrival(late + STILL_EXPECTED, False)]


def _patience(waits: Sequence[PastWait], waited: float, rng: random.Random) -> float | None:
    """Return after how many more minutes a party leaves the list, or None if it waits as long as it must.

    A past party that was seated would have waited longer: as long as one of those who waited longer than it did.
    """
    first = bisect_right(waits, waited, key=lambda wait: wait.minutes)
    while first < len(waits):
        drawn = rng.randrange(first, len(waits))
        if waits[drawn].left:
            return waits[drawn].minutes - waited
        first = drawn + 1
    return None


def _spread(ordered: Sequence[Value], rng: random.Random) -> list[Value]:
    """Return a value for each try, evenly from all of the ordered values, in random order."""
    drawn = [ordered[int((number + 0.5) / TRIES * len(ordered))] for number in range(TRIES)]
    rng.shuffle(drawn)
    return drawn


class Try:
    """A possible course of the next hours, played with what was drawn for it."""

    def __init__(
        self,
        scene: Scene,
        stays: Sequence[float],
        arrivals: Sequence[Arrival],
        patience: Sequence[float | None],
        rng: random.Random,
    ) -> None:
        self.scene, self.rng, self.now = scene, rng, 0.0
        self.free = set(scene.seats)
        self.waiting = list(scene.waiting)
        self.at_the_door: list[Coming] = []
        self.needed: dict[int, list[Coming]] = {}  # {table: the bookings that it is kept for}
        self._events: list[tuple[float, int, Event]] = []
        self._numbers = itertools.count()
        for sitting, minutes in zip(scene.sitting, stays, strict=True):
            self._take(sitting.tables, minutes)
        for coming, arrival in zip(scene.coming, arrivals, strict=True):
            self._expect(coming, arrival)
        for party, minutes_left in zip(scene.waiting, patience, strict=True):
            if minutes_left is not None:
                self._later(minutes_left, partial(self._leave, party))

    def play(self, sizes: Sequence[int]) -> dict[int, float]:
        """Play until a table was free for each of these sizes, after those who wait, and return when that was."""
        found: dict[int, float] = {}
        while True:
            full = self._seat_parties()
            for size in sizes:
                if size not in found and size not in full and self._table_for(size) is not None:
                    found[size] = self.now
            if len(found) == len(sizes) or not self._events or self._events[0][0] > FARTHEST:
                return found
            self.now = self._events[0][0]
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)[2]()

    def _seat_parties(self) -> set[int]:
        """Seat booked and waiting parties for which there is a table. Return the sizes for which no table is left."""
        self.at_the_door = [coming for coming in self.at_the_door if not self._seat_booked(coming)]
        full: set[int] = set()
        left = []
        for party in self.waiting:
            table = None if party.size in full else self._table_for(party.size)
            if table is None:
                full.add(party.size)
                left.append(party)
            else:
                self._sit([table], party.size)
        self.waiting = left
        return full

    def _table_for(self, size: int) -> int | None:
        until = self.now + self.scene.usual(size)
        for table, seats in self.scene.seats.items():
            if seats >= size and table in self.free and not self._is_needed(table, until):
                return table
        return None

    def _is_needed(self, table: int, until: float) -> bool:
        return any(coming.begins < until and coming.ends > self.now for coming in self.needed.get(table, ()))

    def _seat_booked(self, coming: Coming) -> bool:
        """Seat guests with a booking at its tables, or at another one while others still sit there."""
        tables = coming.tables
        if not all(table in self.free for table in tables):
            table = self._table_for(coming.size)
            if table is None:
                return False
            tables = [table]
        self._give_up(coming)
        self._sit(tables, coming.size)
        return True

    def _sit(self, tables: Sequence[int], size: int) -> None:
        self._take(tables, self.rng.choice(self.scene.stays(size)))

    def _take(self, tables: Sequence[int], minutes: float) -> None:
        self.free.difference_update(tables)
        self._later(minutes, partial(self.free.update, tables))

    def _expect(self, coming: Coming, arrival: Arrival) -> None:
        for table in coming.tables:
            self.needed.setdefault(table, []).append(coming)
        if arrival.came:
            self._later(coming.begins + arrival.minutes, partial(self._arrive, coming))
        else:
            self._later(min(coming.begins + arrival.minutes, coming.ends), partial(self._give_up, coming))

    def _arrive(self, coming: Coming) -> None:
        self.at_the_door.append(coming)

    def _give_up(self, coming: Coming) -> None:
        for table in coming.tables:
            self.needed[table].remove(coming)

    def _leave(self, party: Waiting) -> None:
        self.waiting = [each for each in self.waiting if each is not party]

    def _later(self, minutes: float, event: Event) -> None:
        heapq.heappush(self._events, (self.now + max(minutes, 0.0), next(self._numbers), event))
