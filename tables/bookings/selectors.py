"""Read functions of bookings. Each has a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from bistro.core.kernel.opening_times import Service
from bistro.core.models import OpeningException, OpeningHours, Restaurant
from tables.bookings.availability import Arrival, Busy, OnlineRules, Pacing, Place, Room, Span
from tables.bookings.models import Booking, BookingRules, Combination, OnlineHold, TableHold, TurnTime
from tables.bookings.times import Clock, Hours, Turns, expected_end, typed_minutes
from tables.bookings.transitions import Source
from tables.models import Occupancy, Party, Table, TableOffer
from tables.phases import SIZES

WHOLE_DAY = timedelta(days=1)
LARGER = SIZES[-1] + 1  # guests of the largest group, at least


def rules_of(restaurant_id: int) -> BookingRules:
    """Return the rules of a restaurant, or the defaults."""
    return BookingRules.objects.of_restaurant(restaurant_id).first() or BookingRules(restaurant_id=restaurant_id)


def clock_of(restaurant: Restaurant, rules: BookingRules) -> Clock:
    """Return the opening hours and slots of a restaurant."""
    hours = OpeningHours.objects.of_restaurant(restaurant.pk).values_list("weekday", "opens", "closes")
    exceptions: dict[date, list[Hours]] = {}
    for day, opens, closes in OpeningException.objects.of_restaurant(restaurant.pk).values_list(
        "day", "opens", "closes"
    ):
        exceptions.setdefault(day, []).extend([(opens, closes)] if opens is not None else [])
    return Clock(
        zone=restaurant.tz,
        day_ends_at=restaurant.day_ends_at,
        slot=timedelta(minutes=rules.slot_minutes),
        last_arrival=timedelta(minutes=rules.last_arrival_minutes),
        week=[Service(*row) for row in hours],
        exceptions=exceptions,
    )


def turns_of(restaurant_id: int) -> Turns:
    """Return the usual stays of a restaurant, the learned ones only if its rules say so. One query."""
    typed: list[tuple[int, int]] = []
    learned: dict[tuple[int, str], int] = {}
    zone = "UTC"
    rows = TurnTime.objects.of_restaurant(restaurant_id).order_by("largest")
    columns = "largest", "minutes", "daypart", "restaurant__booking_rules__learned_turns", "restaurant__timezone"
    for largest, minutes, part, counts, name in rows.values_list(*columns):
        if not part:
            typed.append((largest, minutes))
        elif counts:
            learned[largest, part], zone = minutes, name
    return Turns(typed, learned, ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class LearnedStay:
    """A learned stay, with the number of stays that it comes from and the minutes that count without it."""

    group: int
    part: str
    minutes: int
    stays: int
    typed: int


def learned_stays(restaurant_id: int) -> list[LearnedStay]:
    """Return the learned stays of a restaurant by size, the largest group last. One query."""
    rows = list(TurnTime.objects.of_restaurant(restaurant_id).order_by("largest", "pk"))
    typed = [(row.largest, row.minutes) for row in rows if not row.daypart]
    found = [
        LearnedStay(row.largest, row.daypart, row.minutes, row.stays, typed_minutes(row.largest or LARGER, typed))
        for row in rows
        if row.daypart
    ]
    return sorted(found, key=lambda stay: stay.group or LARGER)


def read_house(restaurant: Restaurant) -> Room:
    """Return what decides about bookings of every day: opening hours, places, usual stays and limits."""
    rules = rules_of(restaurant.pk)
    return Room(
        clock=clock_of(restaurant, rules),
        places=places_of(restaurant.pk),
        turns=turns_of(restaurant.pk),
        pacing=Pacing(rules.pacing_total, rules.pacing_online, rules.walk_in_percent),
        online=OnlineRules(rules.online_largest, timedelta(minutes=rules.online_lead_minutes), rules.online_days),
    )


def read_days(
    house: Room, restaurant_id: int, first: date, last: date, *, now: datetime, without: int = 0, visitor: str = ""
) -> Room:
    """Return the house with what is taken on these days.

    `without` is the id of a booking that is about to move, `visitor` the key of the booking page that chooses again.
    """
    begin, end = house.clock.span(first)[0] - WHOLE_DAY, house.clock.span(last)[1] + WHOLE_DAY
    holds = TableHold.objects.of_restaurant(restaurant_id).live().overlapping(begin, end)
    arrivals = Booking.objects.of_restaurant(restaurant_id).counted().starting(begin, end)
    typing = OnlineHold.objects.of_restaurant(restaurant_id).filter(until__gt=now).exclude(key=visitor)
    if without:
        holds, arrivals = holds.exclude(booking=without), arrivals.exclude(pk=without)
    counted = {pk: Arrival(at, size, True) for pk, at, size in typing.values_list("pk", "starts_at", "size")}
    held = holds.values_list("table_id", "starts_at", "ends_at", "online_id").order_by()
    rows = arrivals.values_list("starts_at", "size", "source").order_by()
    taken = [(table, since, until) for table, since, until, online in held if online is None or online in counted]
    return replace(
        house,
        busy=busy_of([*taken, *stays(restaurant_id, house.turns, now)]),
        arrivals=[*(Arrival(at, size, source == Source.ONLINE) for at, size, source in rows), *counted.values()],
    )


def stays(restaurant_id: int, turns: Turns, now: datetime) -> list[tuple[int, datetime, datetime]]:
    """Return (table, since, expected end) of the tables where guests sit, or that are kept for waiting guests."""
    return [(table, since, until) for table, since, until, _party in floor_now(restaurant_id, turns, now)]


def floor_now(restaurant_id: int, turns: Turns, now: datetime) -> list[tuple[int, datetime, datetime, Party]]:
    """Return (table, since, expected end, party) of the guests who sit at tables, and of those who were offered one.

    A waiting party with an offer counts as if it sat down when the offer ends.
    """
    rows = Occupancy.objects.of_restaurant(restaurant_id).open().select_related("party")
    offers = TableOffer.objects.of_restaurant(restaurant_id).filter(until__gt=now).select_related("party")
    sitting = [(row.table_id, row.since, row.since, row.party) for row in rows]
    kept = [(offer.table_id, now, offer.until, offer.party) for offer in offers]
    return [
        (table, since, expected_end(begins, party.size, turns, now), party)
        for table, since, begins, party in [*sitting, *kept]
    ]


def needed_from(table_id: int, begin: datetime, end: datetime) -> datetime | None:
    """Return when a booking, or a guest who books now, first needs a table in a span, None if nobody does."""
    rows = TableHold.objects.live().filter(table=table_id).overlapping(begin, end)
    expected = Q(booking__isnull=False, booking__party=None) | Q(online__until__gt=begin)
    found: datetime | None = rows.filter(expected).order_by("starts_at").values_list("starts_at", flat=True).first()
    return found


def places_of(restaurant_id: int) -> list[Place]:
    """Return the tables in service, and the combinations of which every table is in service."""
    seats = dict(
        Table.objects.of_restaurant(restaurant_id)
        .not_archived()
        .filter(out_of_service=False)
        .values_list("pk", "seats")
    )
    places = [Place((table,), count) for table, count in seats.items()]
    rows = Combination.objects.of_restaurant(restaurant_id).values_list("pk", "seats", "priority", "members__table_id")
    members: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for pk, count, priority, table in rows.order_by("priority", "seats", "pk", "members__pk"):
        members[pk, count, priority].append(table)
    for (pk, count, priority), tables in members.items():
        if all(table in seats for table in tables):
            places.append(Place(tuple(tables), count, pk, priority))
    return places


def busy_of(rows: Iterable[tuple[int, datetime, datetime]]) -> dict[int, Busy]:
    """Return {table: the spans in which it is held}."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for table, starts, ends in rows:
        spans[table].append((starts, ends))
    return {table: Busy(held) for table, held in spans.items()}


def tables_of(bookings: Iterable[Booking]) -> dict[int, list[Table]]:
    """Return {booking: its tables, in the order in which they were taken}, with one query."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = TableHold.objects.filter(booking__in=[booking.pk for booking in bookings]).select_related("table")
    for hold in rows.order_by("pk"):
        found[hold.booking_id].append(hold.table)
    return found


def tables_held(booking_id: int) -> list[int]:
    """Return the ids of the tables of a booking, in the order in which they were taken."""
    return list(TableHold.objects.filter(booking=booking_id).order_by("pk").values_list("table_id", flat=True))


def bookings_between(restaurant_id: int, begin: datetime, end: datetime, *, most: int | None = None) -> list[Booking]:
    """Return the bookings that start in a span, also cancelled ones, in their order. `most` limits their number."""
    rows = Booking.objects.of_restaurant(restaurant_id).starting(begin, end).order_by("starts_at", "pk")
    return list(rows[:most])


def booking_by_token(token: str) -> Booking | None:
    """Return the booking whose link has this token, with its restaurant. The token itself is the right to read it."""
    rows = Booking.objects.filter(token=token[:64]).select_related("restaurant")
    booking: Booking | None = rows.first() if token and "\0" not in token else None
    return booking


def rules_by_token(token: str, name: str = "online_token") -> BookingRules | None:
    """Return the rules of the house whose page has this token, with the restaurant. The token is the right to read."""
    if not token or "\0" in token:
        return None
    rules: BookingRules | None = BookingRules.objects.filter(**{name: token[:64]}).select_related("restaurant").first()
    return rules


def online_hold(restaurant_id: int, key: str, now: datetime) -> OnlineHold | None:
    """Return the time that is kept for a booking page, None if it has lapsed."""
    rows = OnlineHold.objects.of_restaurant(restaurant_id).filter(key=key[:64], until__gt=now)
    hold: OnlineHold | None = rows.first() if "\0" not in key else None
    return hold


def parts_of_room(restaurant_id: int) -> dict[int, tuple[str, frozenset[int]]]:
    """Return {section: (name, its tables in service)} of the sections that have tables, in their order."""
    rows = Table.objects.of_restaurant(restaurant_id).not_archived().filter(out_of_service=False)
    found: dict[int, tuple[str, set[int]]] = {}
    for section, name, table in rows.order_by("section__position", "section_id", "pk").values_list(
        "section_id", "section__name", "pk"
    ):
        found.setdefault(section, (name, set()))[1].add(table)
    return {section: (name, frozenset(tables)) for section, (name, tables) in found.items()}
