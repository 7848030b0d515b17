"""The service that imports the bookings of a file, all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from bistro.booking_files.columns import REFERENCE, map_columns
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
from tables.bookings.querysets import BookingQuerySet
from tables.bookings.selectors import read_days, read_house
from tables.bookings.transitions import EXPECTED, BookingStatus, Source
from tables.models import Table


@dataclass(slots=True)
class Plan:
    """The effect of an import. A booking for which no table is free is imported without one, and its row is listed."""

    new: list[tuple[ReadBooking, datetime, Place | None]] = field(default_factory=list)
    unchanged: int = 0
    differs: list[int] = field(default_factory=list)  # rows that were imported before and differ now
    past: int = 0
    gone: int = 0
    ignored_columns: Sequence[str] = ()
    problems: list[Problem] = field(default_factory=list)

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
    *, data: bytes, mapping: Mapping[str, str], order: str, encoding: str, actor: Actor, dry_run: bool
) -> dict[str, Any]:
    """Import the coming bookings of a file, and return what was or would be done. With any problem nothing is written.

    Guests get no message: they booked elsewhere. Locks: the book. Raises FileRefused, LostRace, NotPermitted.
    """
    actor.require(Permission.TAKE_BOOKING)
    restaurant, now = restaurant_of(actor), timezone.now()
    sheet = open_sheet(data, encoding=encoding)
    columns = map_columns(sheet, mapping)
    found, problems = read_bookings(sheet, columns, restaurant.tz, order)
    plan = _plan(found, restaurant, actor, now)
    plan.ignored_columns, plan.problems = columns.ignored, sorted([*problems, *plan.problems])
    if not plan.problems and not dry_run and plan.new:
        _write(plan, actor)
    return plan.answer()


def _plan(found: Sequence[ReadBooking], restaurant: Restaurant, actor: Actor, now: datetime) -> Plan:
    """Decide about each row and give the new ones tables, in the order in which they come."""
    plan = Plan()
    known = {row.key: row for row in _imported(restaurant.pk, actor)}
    live = {read.key for read in found if not read.is_gone}
    coming: dict[str, ReadBooking] = {}
    for read in sorted(found, key=lambda each: (each.starts_at, each.row)):
        if read.is_gone and (read.key not in known or read.key in live):
            plan.gone += 1
        elif read.key in known:
            same = _is_same(read, known[read.key], now)
            plan.unchanged += same
            plan.differs += [] if same else [read.row]
        elif read.starts_at <= now:
            plan.past += 1
        elif read.key in coming:
            message = gettext("“%(name)s” is there twice.") % {"name": read.name}
            plan.problems.append(Problem(read.row, REFERENCE, message))
        else:
            coming[read.key] = read
    if coming:
        house, reads = read_house(restaurant), list(coming.values())
        first, last = (house.clock.day_of(read.starts_at) for read in (reads[0], reads[-1]))
        plan.new = _placed(reads, read_days(house, restaurant.pk, first, last, now=now))
    return plan


def _imported(restaurant_id: int, actor: Actor) -> BookingQuerySet:
    """Return the bookings that were imported before."""
    rows: BookingQuerySet = Booking.objects.of_restaurant(restaurant_id)
    return rows.filter(credential=actor.credential, key__startswith="import:").only("key", "fingerprint", "status")


def _is_same(read: ReadBooking, booking: Booking, now: datetime) -> bool:
    """Return whether the file says the same as our booking, which may still be expected when it is cancelled there."""
    is_cancelled_there = read.is_gone and read.starts_at > now and booking.status in EXPECTED
    return booking.fingerprint == read.fingerprint and not is_cancelled_there


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
    """Insert the bookings with their tables. Raises LostRace if a table or a booking was taken meanwhile."""
    with UnitOfWork(actor) as work:
        lock_book(work)
        known = set(_imported(work.restaurant_id, actor).values_list("key", flat=True))
        if any(read.key in known for read, _ends, _place in plan.new):
            raise _somebody_booked()
        tables = {table.pk: table for table in Table.objects.of_restaurant(work.restaurant_id)}
        rows = [_row(read, ends, actor, work) for read, ends, _place in plan.new]
        for booking, (_read, _ends, place) in zip(Booking.objects.bulk_create(rows), plan.new, strict=True):
            held = place.tables if place is not None else ()
            if not hold_tables(held, booking.starts_at, booking.ends_at, work, booking_id=booking.pk):
                raise _somebody_booked()
            work.record(BookingTaken(booking=booking, tables=[tables[pk] for pk in held], quiet=True))


def _somebody_booked() -> LostRace:
    return LostRace(gettext("Somebody booked meanwhile. Import the file again."), code="table_taken")


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
