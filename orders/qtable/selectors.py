"""Reads for QTable: tables with their status, and the numbers of the dashboard."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import ZERO, text
from bistro.core.live.event_log import Position
from bistro.core.models import Restaurant
from orders.models import Order
from orders.qtable.steps import AVAILABLE, OCCUPIED, OUT_OF_SERVICE, RESERVED
from tables.bookings.models import Booking, TableHold
from tables.bookings.representations import booking_json, house_links
from tables.bookings.selectors import rules_of
from tables.bookings.selectors import tables_of as booked_tables
from tables.bookings.transitions import BookingStatus
from tables.models import Occupancy, Party, Table, TableOffer
from tables.transitions import PartyStatus
from tables.waitlist.representations import guest_json
from tables.waitlist.selectors import guests_of

MOST = 500


def tables_json(actor: Actor, rows: Collection[Table]) -> list[dict[str, Any]]:
    """Return tables, read with their section, as `TableOutput`. Three queries, however many there are."""
    taken = set(Occupancy.objects.visible_to(actor).open().values_list("table_id", flat=True))
    kept = set(TableOffer.objects.visible_to(actor).filter(until__gt=timezone.now()).values_list("table_id", flat=True))
    now = timezone.now()
    booked = (
        TableHold.objects.visible_to(actor).live().filter(booking__isnull=False, starts_at__lte=now, ends_at__gt=now)
    )
    kept |= set(booked.values_list("table_id", flat=True))
    return [_table_json(table, _status(table, taken, kept)) for table in rows]


def reservations_json(actor: Actor, restaurant: Restaurant) -> list[dict[str, Any]]:
    """Return the bookings from this business day on, without cancelled ones, as `ReservationOutput`."""
    begin = restaurant.day_begins(restaurant.business_date(timezone.now()))
    rows = Booking.objects.visible_to(actor).filter(starts_at__gte=begin).exclude(status=BookingStatus.CANCELLED)
    found = list(rows.select_related("restaurant").order_by("starts_at", "pk")[:MOST])
    tables = booked_tables(found)
    house = house_links(rules_of(restaurant.pk))[0] or None
    return [{**booking_json(booking, tables[booking.pk]), "house_link": house} for booking in found]


def _status(table: Table, taken: Collection[int], kept: Collection[int]) -> str:
    if table.pk in taken:
        return OCCUPIED
    if table.out_of_service:
        return OUT_OF_SERVICE
    return RESERVED if table.pk in kept else AVAILABLE


def _table_json(table: Table, status: str) -> dict[str, Any]:
    return {
        "id": str(table.uid),
        "name": table.name,
        "capacity": table.seats,
        "status": status,
        "shape": table.shape,
        "x": table.x,
        "y": table.y,
        "rotation": table.rotation,
        "section": table.section.name,
    }


def tables_of(actor: Actor) -> QuerySet[Table]:
    """Return the tables in use, in the order of the house."""
    rows: QuerySet[Table] = Table.objects.visible_to(actor).not_archived().select_related("section")
    return rows.order_by("position", "pk")


def guests_today(actor: Actor, restaurant: Restaurant) -> QuerySet[Party]:
    """Return the guests who wait or sit here, and those of this business day who are gone."""
    now = timezone.now()
    begin = restaurant.day_begins(restaurant.business_date(now))
    here = Q(status__in=[PartyStatus.WAITING, PartyStatus.SEATED])
    rows: QuerySet[Party] = guests_of(actor).filter(here | Q(completed_at__gte=begin))
    return rows.order_by("pk")


def snapshot(actor: Actor, restaurant: Restaurant, at: Position) -> dict[str, Any]:
    """Return the room as of a position of the log that was read before."""
    return {
        "seq": at.seq,
        "epoch": at.epoch,
        "snapshot": {
            "guests": [guest_json(party) for party in guests_today(actor, restaurant)[:MOST]],
            "tables": tables_json(actor, list(tables_of(actor)[:MOST])),
            "reservations": reservations_json(actor, restaurant),
        },
    }


def dashboard(actor: Actor, restaurant: Restaurant) -> dict[str, Any]:
    """Return the numbers of the house now. Nine queries, however busy it is."""
    now = timezone.now()
    day = restaurant.business_date(now)
    tables = dict.fromkeys((AVAILABLE, OCCUPIED, RESERVED, OUT_OF_SERVICE), 0)
    for row in tables_json(actor, list(tables_of(actor))):
        tables[row["status"]] += 1
    return {
        "restaurantId": str(restaurant.uid),
        "at": moment(now),
        "guests": _guests(restaurant, restaurant.day_begins(day)),
        "tables": tables,
        "reservations": _bookings(restaurant, now),
        **_orders(actor, restaurant),
    }


def _guests(restaurant: Restaurant, begin: datetime) -> dict[str, int]:
    at_table = Q(table__isnull=False)
    counts: dict[str, int] = Party.objects.of_restaurant(restaurant.pk).aggregate(
        waiting=Count("pk", filter=Q(status=PartyStatus.WAITING)),
        seated=Count("pk", filter=Q(status=PartyStatus.SEATED) & at_table),
        completedToday=Count("pk", filter=Q(status=PartyStatus.COMPLETED, completed_at__gte=begin) & at_table),
    )
    return counts


def _bookings(restaurant: Restaurant, now: datetime) -> dict[str, int]:
    day = restaurant.business_date(now)
    begin, end = restaurant.day_begins(day), restaurant.day_begins(day + timedelta(days=1))
    today = Booking.objects.of_restaurant(restaurant.pk).starting(begin, end)
    return {
        "today": today.exclude(status=BookingStatus.CANCELLED).count(),
        "upcoming": today.expected().filter(starts_at__gte=now).count(),
    }


def _orders(actor: Actor, restaurant: Restaurant) -> dict[str, Any]:
    rows = Order.objects.visible_to(actor)
    today = rows.kept().filter(business_date=restaurant.business_date(timezone.now()))
    found = today.aggregate(today=Count("pk"), sales=Sum("total"))
    return {
        "orders": {"open": rows.open().count(), "today": found["today"]},
        "sales": {"today": text(found["sales"] or ZERO, restaurant.currency)},
    }
