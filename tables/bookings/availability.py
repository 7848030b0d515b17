"""Free tables for bookings, computed from plain values: the reading of rows is in tables.bookings.selectors."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from tables.bookings.times import Clock, Turns, turn_minutes

MOST_ALTERNATIVES = 3  # on each side
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Place:
    """A table, or the tables of a combination, that one booking can have."""

    tables: tuple[int, ...]
    seats: int
    combination: int | None = None
    priority: int = 0

    @property
    def order(self) -> tuple[bool, int, int, int]:
        """Return the order of choice: the smallest that fits, combinations last."""
        return self.combination is not None, self.priority, self.seats, len(self.tables)

    def lies_in(self, among: frozenset[int] | None) -> bool:
        """Return whether all its tables are among these. None is every table."""
        return among is None or among.issuperset(self.tables)


@dataclass(frozen=True, slots=True)
class Pacing:
    """Limits of the guests who arrive in a slot, and the share of tables that bookings must leave for walk-ins."""

    total: int | None = None
    online: int | None = None
    walk_in_percent: int = 0


@dataclass(frozen=True, slots=True)
class OnlineRules:
    """The limits of bookings that guests make online: the largest party, the time before arrival, the days ahead."""

    largest: int = 8
    lead: timedelta = timedelta()
    days: int = 60


@dataclass(frozen=True, slots=True)
class Arrival:
    """The guests of a booking as they count for the pacing."""

    at: datetime
    size: int
    online: bool


class Full(StrEnum):
    """The reason why a time cannot be had."""

    CLOSED = "closed"
    PACING = "pacing"
    TABLES = "tables"


class Busy:
    """The spans in which a table is held. Spans that overlap are joined, so that starts and ends are sorted alike."""

    __slots__ = ("ends", "starts")

    def __init__(self, spans: Iterable[Span]) -> None:
        self.starts: list[datetime] = []
        self.ends: list[datetime] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def meets(self, begin: datetime, end: datetime) -> bool:
        """Return whether the table is held at a moment of the span, whose end does not belong to it."""
        before = bisect_left(self.starts, end)  # holds that start before the end
        return before > 0 and self.ends[before - 1] > begin


FREE = Busy(())


@dataclass(frozen=True, slots=True)
class Room:
    """All that decides where a booking can sit: places, holds, arrivals, opening hours and limits."""

    clock: Clock
    places: Sequence[Place]
    busy: Mapping[int, Busy] = field(default_factory=dict)
    arrivals: Sequence[Arrival] = ()
    turns: Turns = field(default_factory=Turns)
    pacing: Pacing = field(default_factory=Pacing)
    online: OnlineRules = field(default_factory=OnlineRules)

    def end_of(self, starts: datetime, size: int) -> datetime:
        """Return the time until which a party of this size usually stays."""
        return starts + timedelta(minutes=turn_minutes(size, starts, self.turns))

    def largest(self, among: frozenset[int] | None = None) -> int:
        """Return the largest party that has room at one place. `among` are the tables that count, None is all."""
        return max((place.seats for place in self.places if place.lies_in(among)), default=0)

    def fitting(self, size: int, among: frozenset[int] | None = None) -> list[Place]:
        """Return the places with enough seats in the order of choice."""
        found = (place for place in self.places if place.seats >= size and place.lies_in(among))
        return sorted(found, key=lambda place: place.order)

    def is_free(self, tables: Iterable[int], starts: datetime, ends: datetime) -> bool:
        """Return whether nobody holds any of the tables."""
        return not any(self.busy.get(table, FREE).meets(starts, ends) for table in tables)

    def choose(self, fitting: Iterable[Place], starts: datetime, ends: datetime) -> Place | None:
        """Return the first of the places that is free."""
        return next((place for place in fitting if self.is_free(place.tables, starts, ends)), None)

    def keeps_pace(self, starts: datetime, size: int, *, online: bool) -> bool:
        """Return whether the slot has room for so many more guests."""
        if self.pacing.total is None and (self.pacing.online is None or not online):
            return True
        begin, end = self.clock.slot_of(starts)
        there = [each for each in self.arrivals if begin <= each.at < end]
        total = sum(each.size for each in there) + size
        by_net = sum(each.size for each in there if each.online) + size
        fits_online = not online or self.pacing.online is None or by_net <= self.pacing.online
        return fits_online and (self.pacing.total is None or total <= self.pacing.total)

    def leaves_walk_ins(self, place: Place, starts: datetime, ends: datetime) -> bool:
        """Return whether enough tables stay free for walk-ins if this place is booked."""
        if not self.pacing.walk_in_percent:
            return True
        single = {place.tables[0] for place in self.places if len(place.tables) == 1}
        kept = -(-len(single) * self.pacing.walk_in_percent // 100)
        held = sum(self.busy.get(table, FREE).meets(starts, ends) for table in single)
        return held + len(place.tables) <= len(single) - kept

    def offer(
        self, starts: datetime, ends: datetime, size: int, fitting: Sequence[Place], *, online: bool
    ) -> Place | Full:
        """Return the place for a party at a time, or the reason why there is none."""
        if self.clock.window_of(starts) is None:
            return Full.CLOSED
        if not self.keeps_pace(starts, size, online=online):
            return Full.PACING
        place = self.choose(fitting, starts, ends)
        if place is None or not self.leaves_walk_ins(place, starts, ends):
            return Full.TABLES
        return place


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which guests can arrive, and the place that they would get, None if it is full."""

    starts: datetime
    ends: datetime
    place: Place | None


def day_slots(
    room: Room, day: date, size: int, *, online: bool = False, places: Sequence[Place] | None = None
) -> Iterator[Slot]:
    """Yield the slots of a day for a party. `places` narrows the choice, for example to one table."""
    fitting = room.fitting(size) if places is None else places
    for starts in room.clock.slots(day, stated=online):
        ends = room.end_of(starts, size)
        offer = room.offer(starts, ends, size, fitting, online=online)
        yield Slot(starts, ends, offer if isinstance(offer, Place) else None)


def alternatives(
    room: Room,
    wanted: datetime,
    size: int,
    *,
    now: datetime,
    online: bool = False,
    places: Sequence[Place] | None = None,
) -> list[datetime]:
    """Return the nearest free times of that business day, at most three before the wanted time and three after."""
    day = room.clock.day_of(wanted)
    begin, end = room.clock.span(day)
    found = [
        slot.starts
        for each in (day - timedelta(days=1), day)  # a service of the day before may go on after midnight
        for slot in day_slots(room, each, size, online=online, places=places)
        if slot.place and begin <= slot.starts < end and slot.starts > now and slot.starts != wanted
    ]
    earlier = [moment for moment in found if moment < wanted]
    later = [moment for moment in found if moment > wanted]
    return [*earlier[-MOST_ALTERNATIVES:], *later[:MOST_ALTERNATIVES]]
