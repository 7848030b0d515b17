"""Quotes: when a table that fits is probably free, as a range of minutes.

The tables' usual remaining times come from `tables.phases`. Parties that wait longer, and tables that are kept for
somebody, come first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tables.bookings.models import TableHold
from tables.models import Occupancy, Table, TableOffer
from tables.phases import Left, Phases, minutes_between
from tables.waitlist.models import WaitlistEntry

CLEANING = 5.0  # minutes between two parties
STEP = 5  # ranges end on these minutes
LOOK_AHEAD = timedelta(hours=6)  # for bookings
FARTHEST = 240  # minutes; nobody waits longer
UNKNOWN = (45, 90)  # where no table is large enough, so that tables must be joined


@dataclass(frozen=True, slots=True)
class Quote:
    """A range of minutes until a table is free; (0, 0) is now."""

    low: int
    high: int


@dataclass(slots=True)
class Seat:
    """A table in the calculation, with the minutes until it is free."""

    table: Table
    free: Left
    taken: bool = field(default=False)


class Room:
    """The state of the room for quotes at one moment. Six queries, however many tables and parties there are."""

    def __init__(self, restaurant_id: int, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.phases = now, Phases(restaurant_id, now, zone)
        here = Table.objects.of_restaurant(restaurant_id).not_archived().filter(out_of_service=False)
        self.tables = list(here.order_by("seats", "position", "pk"))
        stays = Occupancy.objects.of_restaurant(restaurant_id).open().select_related("party")
        self.sitting = {stay.table_id: stay.party for stay in stays}
        offers = TableOffer.objects.of_restaurant(restaurant_id).filter(until__gt=now).select_related("party")
        self.offered = {offer.table_id: offer.party for offer in offers}
        entries = WaitlistEntry.objects.of_restaurant(restaurant_id).open().select_related("party")
        self.waiting: Sequence[WaitlistEntry] = list(entries)
        self.promised: dict[int, list[tuple[float, float]]] = defaultdict(list)
        holds = TableHold.objects.of_restaurant(restaurant_id).live().overlapping(now, now + LOOK_AHEAD)
        for table_id, begin, end in holds.filter(booking__isnull=False, booking__party=None).values_list(
            "table_id", "starts_at", "ends_at"
        ):
            self.promised[table_id].append((minutes_between(now, begin), minutes_between(now, end)))

    def is_free(self, table: Table) -> bool:
        """Return whether nobody sits at a table and it is kept for nobody."""
        return table.pk not in self.sitting and table.pk not in self.offered

    def free_tables(self, size: int | None) -> list[Table]:
        """Return the free tables that have enough seats, the smallest first."""
        return [
            table
            for table in self.tables
            if table.seats >= (size or 1) and self.is_free(table) and self._free_for(table, size).usual <= 0
        ]

    def quote(self, size: int | None, *, until: WaitlistEntry | None = None) -> Quote:
        """Return the quote for a party that comes now, or for an entry of the list, whose successors do not count."""
        seats = [Seat(table, self._free_for(table, size)) for table in self.tables]
        promised = {party.pk for party in self.offered.values()}
        for entry in self.waiting:
            if until is not None and entry.pk == until.pk:
                break
            if entry.party_id not in promised:
                self._give(seats, entry.party.size)
        seat = _best(seats, size)
        return Quote(*UNKNOWN) if seat is None else rounded(seat.free)

    def _free_for(self, table: Table, size: int | None) -> Left:
        """Return when a party can have a table for a usual stay, between the bookings that it is promised to."""
        free, stay = self._free_in(table), self.phases.whole_stay(size, self.now).usual
        for begin, end in sorted(self.promised.get(table.pk, ())):
            if begin < free.usual + stay and end > free.usual:
                free = Left(end, end, end + CLEANING)
        return free

    def _free_in(self, table: Table) -> Left:
        if table.pk in self.sitting:
            left = self.phases.left(self.sitting[table.pk])
            return Left(left.short, left.usual, left.long)
        if table.pk in self.offered:
            return _later(self.phases.whole_stay(self.offered[table.pk].size, self.now), 0.0)
        return Left(0.0, 0.0, 0.0)

    def _give(self, seats: Iterable[Seat], size: int | None) -> None:
        """Let a party that waits longer have the best table, for a usual stay."""
        seat = _best(seats, size)
        if seat is not None:
            stay = self.phases.whole_stay(size, self.now)
            free = seat.free
            total = Left(free.short + stay.short, free.usual + stay.usual, free.long + stay.long)
            seat.free = _later(total, CLEANING)


def _best(seats: Iterable[Seat], size: int | None) -> Seat | None:
    """Return the table with enough seats that is free first, of several the smallest."""
    fitting = [seat for seat in seats if seat.table.seats >= (size or 1)]
    return min(fitting, key=lambda seat: (seat.free.usual, seat.table.seats), default=None)


def _later(left: Left, minutes: float) -> Left:
    return Left(left.short + minutes, left.usual + minutes, left.long + minutes)


def rounded(left: Left) -> Quote:
    """Return a range that ends on whole fives, at least five minutes wide, or now."""
    if left.usual <= 0:
        return Quote(0, 0)
    low = min(int(left.short // STEP) * STEP, FARTHEST - STEP)
    high = min(-(int(-left.long) // STEP) * STEP, FARTHEST)
    return Quote(low, max(high, low + STEP))
