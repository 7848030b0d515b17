"""The content of the waiting list's page and of the guests' own page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from tables.models import Table, TableOffer
from tables.phases import minutes_between
from tables.sections.balance import Load, next_server, read_loads
from tables.waitlist.accuracy import Report, read_accuracy
from tables.waitlist.models import WaitlistEntry
from tables.waitlist.quoting import Quote, Room

SIZES = (1, 2, 3, 4, 5, 6, 7, 8)
SOME_SIZES = (2, 4, 6, 8)  # whose quotes are beside the host's day
SUGGESTED = 3
SOON = 5  # minutes before the end of the quote; less for short quotes


@dataclass(frozen=True, slots=True)
class Row:
    """A waiting party. `late` says that it waits longer than quoted; `free` are tables that fit, the smallest first."""

    entry: WaitlistEntry
    waited: int
    late: bool
    offer: TableOffer | None
    free: Sequence[Table]
    server: Load | None  # who would get them at the first of these tables

    @property
    def state(self) -> str:
        """Return the mark of the wait: past the quote or near its end; "" before."""
        if self.late:
            return "late"
        soon = self.entry.quoted_high - min(SOON, self.entry.quoted_high // 4)
        return "soon" if self.waited >= soon > 0 else ""

    @property
    def party_id(self) -> int:
        """Return the id of the party, which the addresses have."""
        return int(self.entry.party_id)


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """The list, what a party of each size would be quoted now, and how well quotes were met."""

    rows: Sequence[Row]
    guests: int
    quotes: Sequence[tuple[int, Quote]]
    tables: Sequence[Table]
    report: Callable[[], Report]  # read only where it is shown, not with each poll of the list
    may_insist: bool
    loads: Sequence[Load]

    @property
    def some_quotes(self) -> Sequence[tuple[int, Quote]]:
        return [(size, quote) for size, quote in self.quotes if size in SOME_SIZES]


def read_waiting(actor: Actor, restaurant: Restaurant | None = None) -> WaitingPage:
    """Return the waiting list of an actor's restaurant. Ten queries, however long it is."""
    restaurant, now = restaurant or restaurant_of(actor), timezone.now()
    room = Room(restaurant.pk, now, restaurant.tz)
    offers = TableOffer.objects.visible_to(actor).filter(until__gt=now).select_related("table")
    offered = {offer.party_id: offer for offer in offers}
    loads = read_loads(restaurant, now)
    rows = [_row(entry, room, offered.get(entry.party_id), loads, now) for entry in room.waiting]
    return WaitingPage(
        rows=rows,
        guests=sum(row.entry.party.size or 0 for row in rows),
        quotes=list(room.quotes(SIZES).items()),
        tables=[table for table in room.tables if room.is_free(table)],
        report=cache(partial(read_accuracy, restaurant.pk, now, restaurant.tz)),
        may_insist=actor.may(Permission.OVERSEAT),
        loads=loads,
    )


def _row(entry: WaitlistEntry, room: Room, offer: TableOffer | None, loads: Sequence[Load], now: datetime) -> Row:
    waited = int(minutes_between(entry.arrived_at, now))
    free = () if offer is not None else room.free_tables(entry.party.size)[:SUGGESTED]
    tables = free or ([offer.table] if offer is not None else [])
    server = next_server(loads, tables[0].section_id) if tables else None
    return Row(entry, waited, waited > entry.quoted_high, offer, free, server)


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """The place of a party in the list, for its own page: parties before it, the quote now, and an offered table."""

    before: int
    quote: Quote
    offer: TableOffer | None


def read_place(entry: WaitlistEntry) -> OwnPlace:
    """Return the place of an open entry. It tells nothing about the other parties but their number."""
    now = timezone.now()
    room = Room(entry.restaurant_id, now, entry.restaurant.tz)
    before = sum(1 for each in room.waiting if (each.arrived_at, each.pk) < (entry.arrived_at, entry.pk))
    offer = TableOffer.objects.filter(party=entry.party_id, until__gt=now).select_related("table").first()
    return OwnPlace(before, room.quote(entry.party.size, until=entry), offer)
