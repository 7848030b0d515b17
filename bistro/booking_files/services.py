"""The service that imports the bookings of a file, all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from bistro.booking_files.columns import map_columns
from bistro.booking_files.reading import Problem, ReadBooking, read_bookings
from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.files.opening import open_sheet
from tables.bookings.availability import Busy, Place, Room
from tables.bookings.events import BookingTaken
from tables.bookings.hold_steps import hold_tables, lock_book
from tables.bookings.models import Booking
from tables.bookings.selectors import read_days, read_house
from tables.bookings.transitions import BookingStatus, Source
from tables.models import Table


@dataclass(slots=True)
class Plan:
    """The effect of an import. A booking for which no table is free is imported without one, and its row is told."""

    new: list[tuple[ReadBooking, datetime, Place | None]] = field(default_factory=list)
    unchanged: int = 0
    differs: list[int] = field(default_factory=list)  # rows that were imported before with another time or size
    past: int = 0
    gone: int = 0
    ignored_columns: Sequence[str] = ()
    problems: Sequence[Problem] = ()

    def answer(self) -> dict[str, Any]:
        """Return the counts and problems as the command prints them."""
        refused = bool(self.problems)
        return {
            "new": 0 if refused else len(self.new),
            "unchanged": self.unchanged,
            "past": self.past,
            "gone": self.gone,
            "differs": self.differs,
            "without_table": [read.row for read, _ends, place in self.new if place is None],
            "ignored_columns": list(self.ignored_columns),
            "errors": [{"row": each.row, "column": each.column, "message": each.message} for each in self.problems],
        }


def import_bookings(
    *, data: bytes, told: Mapping[str, str], order: str, encoding: str, actor: Actor, dry_run: bool
) -> dict[str, Any]:
    """Import the coming bookings of a file, and return what was or would be done. With any problem nothing is written.

    Guests get no message: they booked elsewhere. Locks: the book. Raises FileRefused, LostRace, NotPermitted.
    """
    actor.require(Permission.TAKE_BOOKING)
    restaurant, now = restaurant_of(actor), timezone.now()
    sheet = open_sheet(data, encoding=encoding)
    columns = map_columns(sheet, told)
    found, problems = read_bookings(sheet, columns, restaurant.tz, order)
    plan = _plan(found, restaurant, actor, now)
    plan.ignored_columns, plan.problems = columns.ignored, problems
    if not problems and not dry_run and plan.new:
        _write(plan, actor)
    return plan.answer()


def _plan(found: Sequence[ReadBooking], restaurant: Restaurant, actor: Actor, now: datetime) -> Plan:
    """Decide about each row and give the new ones tables, in the order in which they come."""
    plan, coming = Plan(), []
    rows = Booking.objects.of_restaurant(restaurant.pk).filter(credential=actor.credential)
    known = dict(rows.filter(key__startswith="import:").values_list("key", "fingerprint"))
    for read in sorted(found, key=lambda each: (each.starts_at, each.row)):
        if read.key in known:
            same = known[read.key] == read.fingerprint
            plan.unchanged += same
            plan.differs += [] if same else [read.row]
        elif read.is_gone:
            plan.gone += 1
        elif read.starts_at <= now:
            plan.past += 1
        else:
            known[read.key] = read.fingerprint
            coming.append(read)
    if coming:
        house = read_house(restaurant)
        first, last = (house.clock.day_of(read.starts_at) for read in (coming[0], coming[-1]))
        plan.new = _placed(coming, read_days(house, restaurant.pk, first, last, now=now))
    return plan


def _placed(coming: Sequence[ReadBooking], room: Room) -> list[tuple[ReadBooking, datetime, Place | None]]:
    placed = []
    for read in coming:
        ends = room.end_of(read.starts_at, read.size)
        place = room.choose(room.fitting(read.size), read.starts_at, ends)
        if place is not None:
            room = _without(room, place, read.starts_at, ends)
        placed.append((read, ends, place))
    return placed


def _without(room: Room, place: Place, starts: datetime, ends: datetime) -> Room:
    """Return the room with a place taken."""
    busy = dict(room.busy)
    for table in place.tables:
        held = busy.get(table, Busy(()))
        busy[table] = Busy([*zip(held.starts, held.ends, strict=True), (starts, ends)])
    return replace(room, busy=busy)


def _write(plan: Plan, actor: Actor) -> None:
    """Insert the bookings with their tables. Raises LostRace if a table was taken meanwhile."""
    with UnitOfWork(actor) as work:
        lock_book(work)
        tables = {table.pk: table for table in Table.objects.of_restaurant(work.restaurant_id)}
        rows = [_row(read, ends, actor, work) for read, ends, _place in plan.new]
        for booking, (_read, _ends, place) in zip(Booking.objects.bulk_create(rows), plan.new, strict=True):
            held = place.tables if place is not None else ()
            if not hold_tables(held, booking.starts_at, booking.ends_at, work, booking_id=booking.pk):
                raise LostRace(gettext("Somebody booked meanwhile. Import the file again."), code="table_taken")
            work.record(BookingTaken(booking=booking, tables=[tables[pk] for pk in held], quiet=True))


def _row(read: ReadBooking, ends: datetime, actor: Actor, work: UnitOfWork) -> Booking:
    return Booking(
        restaurant_id=work.restaurant_id,
        guest_name=read.name,
        phone=read.phone,
        email=read.email,
        size=read.size,
        starts_at=read.starts_at,
        ends_at=ends,
        status=BookingStatus.BOOKED,
        source=Source.PROGRAM,
        notes=read.notes,
        occasion=read.occasion,
        created_at=work.now,
        credential=actor.credential,
        key=read.key,
        fingerprint=read.fingerprint,
    )
