"""Services that change a booking and what becomes of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_by_id, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, Stale
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings import steps
from tables.bookings.availability import Room
from tables.bookings.events import BookingChanged
from tables.bookings.hold_steps import follow_stays, lock_book
from tables.bookings.models import Booking
from tables.bookings.placing import Wish, nearest_times, require_offered
from tables.bookings.selectors import read_house, rules_of, tables_of
from tables.bookings.services.taking import Guest
from tables.bookings.transitions import EXPECTED, BookingStatus

Versions = Collection[int] | None  # those that the caller accepts (If-Match); None accepts every version
CONTACT = ("guest_name", "phone", "email", "language", "notes", "occasion")
PLACE = ("starts_at", "ends_at", "size", "tables")


@dataclass(frozen=True, slots=True)
class Manner:
    """The way in which a change is asked for: by a host who insists, or by the guest online."""

    insist: bool = False
    online: bool = False


def change_booking(
    *,
    booking_id: int,
    changes: Mapping[str, Any],
    actor: Actor,
    status: str | None = None,
    insist: bool = False,
    online: bool = False,
    only_from: str = "",
    server_id: int | None = None,
    versions: Versions = None,
) -> Booking:
    """Change fields of a booking (CONTACT, PLACE) and then its status. Equal values change nothing.

    A booking that gets another time or size keeps its tables if they fit and are free, unless `tables` names others;
    its end follows from the size unless `ends_at` is given. Locks: the book, table.
    `only_from` refuses a booking in another status; `server_id` serves guests who are seated.
    Raises Stale, InvalidInput, LostRace with the nearest free times, IllegalTransition, NotPermitted, NotYours.
    """
    actor.require(Permission.TAKE_BOOKING)
    house = read_house(restaurant_of(actor)) if any(name in changes for name in PLACE) else None
    manner = Manner(insist, online)
    with nearest_times(), UnitOfWork(actor) as work:
        lock_book(work)
        booking = steps.find_booking(booking_id, work)
        _require_version(booking, versions)
        if only_from and booking.status != only_from:
            raise LostRace(gettext("Somebody changed this booking. Load it again."), code="status_changed")
        tables = changes.get("tables", ())
        if status == BookingStatus.SEATED and booking.status != status:
            others = {name: value for name, value in changes.items() if name != "tables"}
            _apply(booking, others, house, manner, work)
            actor.require(Permission.SEAT_TABLE)
            steps.seat(booking, tables, work, insist=insist, server_id=server_id)
            return booking
        _apply(booking, changes, house, manner, work)
        if status is not None and status != booking.status:
            _move(booking, status, work)
    return booking


def confirm_booking(*, booking_id: int, actor: Actor, versions: Versions = None) -> Booking:
    """Note that the guests have confirmed. Raises IllegalTransition and what `change_booking` raises."""
    status = BookingStatus.CONFIRMED
    return change_booking(booking_id=booking_id, changes={}, status=status, actor=actor, versions=versions)


def cancel_booking(*, booking_id: int, actor: Actor, versions: Versions = None) -> Booking:
    """Cancel a booking and free its tables. A cancelled one stays so. Raises what `change_booking` raises."""
    status = BookingStatus.CANCELLED
    return change_booking(booking_id=booking_id, changes={}, status=status, actor=actor, versions=versions)


def seat_booking(
    *,
    booking_id: int,
    actor: Actor,
    tables: Sequence[int] = (),
    insist: bool = False,
    server_id: int | None = None,
    versions: Versions = None,
) -> Booking:
    """Seat the guests of a booking, at its own tables unless others are named. Raises what `change_booking` raises."""
    return change_booking(
        booking_id=booking_id,
        changes={"tables": tables} if tables else {},
        status=BookingStatus.SEATED,
        actor=actor,
        insist=insist,
        server_id=server_id,
        versions=versions,
    )


def mark_no_show(*, booking_id: int, actor: Actor, versions: Versions = None) -> Booking:
    """Note that the guests did not come, and free their tables. Raises what `change_booking` raises."""
    status = BookingStatus.NO_SHOW
    return change_booking(booking_id=booking_id, changes={}, status=status, actor=actor, versions=versions)


def undo_no_show(*, booking_id: int, actor: Actor) -> Booking:
    """Expect the guests again, on the same business day and if the table is still free.

    Raises InvalidInput on another day, LostRace if the table was given away, and what `change_booking` raises.
    """
    return change_booking(
        booking_id=booking_id, changes={}, status=BookingStatus.BOOKED, actor=actor, only_from=BookingStatus.NO_SHOW
    )


def _require_version(booking: Booking, versions: Versions) -> None:
    if versions is not None and booking.version not in versions:
        raise Stale(gettext("Someone changed this booking. Load it again."), current_version=booking.version)


def _apply(booking: Booking, changes: Mapping[str, Any], house: Room | None, manner: Manner, work: UnitOfWork) -> None:
    """Set the changed fields, move the booking where it must, and record the change once."""
    before = booking.starts_at, booking.size
    changed = _set_contact(booking, changes)
    moved = _set_place(booking, changes, house, manner, work) if house is not None else []
    if not changed and not moved:
        return
    steps.save(booking, *changed, *moved)
    is_news = (booking.starts_at, booking.size) != before
    work.record(BookingChanged(booking=booking, tables=tables_of([booking])[booking.pk], is_news=is_news))


def _set_contact(booking: Booking, changes: Mapping[str, Any]) -> list[str]:
    wanted = {name: changes.get(name, getattr(booking, name)) for name in CONTACT}
    guest = Guest(name=wanted.pop("guest_name"), **wanted)
    new = guest.fields()
    changed = [name for name in CONTACT if name in changes and getattr(booking, name) != new[name]]
    for name in changed:
        setattr(booking, name, new[name])
    return changed


def _set_place(
    booking: Booking, changes: Mapping[str, Any], house: Room, manner: Manner, work: UnitOfWork
) -> list[str]:
    """Move a booking to another time, size or tables. Returns the columns that changed."""
    tables = list(changes.get("tables", ()))
    held = [table.pk for table in tables_of([booking])[booking.pk]]
    same = all(changes.get(name, getattr(booking, name)) == getattr(booking, name) for name in PLACE[:3])
    if same and (not tables or tables == held):
        return []
    if booking.status not in EXPECTED:
        message = gettext("This booking is over. Time, size and table can no longer change.")
        raise InvalidInput(message, code="booking_over")
    starts, ends = changes.get("starts_at", booking.starts_at), changes.get("ends_at")
    if ends == booking.ends_at and starts != booking.starts_at:
        ends = None  # a client that sends the whole row back means the usual stay
    if manner.online and starts != booking.starts_at:
        require_offered(starts, house)
    wish = Wish(
        starts_at=starts,
        size=changes.get("size", booking.size),
        ends_at=ends,
        tables=tables,
        insist=manner.insist,
        online=manner.online,
    )
    placed = steps.choose_tables(wish, house, work, moving=booking)
    later = booking.status == BookingStatus.LATE and wish.starts_at > work.now
    changed = ["starts_at", "ends_at", "size"]
    if wish.starts_at != booking.starts_at:
        booking.reminded_at = _reminded_by_change(wish.starts_at, work)
        booking.delay_minutes = 0
        changed += ["reminded_at", "delay_minutes"]
    booking.starts_at, booking.ends_at, booking.size = wish.starts_at, placed.ends_at, wish.size
    steps.take_tables(booking, placed.tables, work)
    if later:
        steps.move_on(booking, BookingStatus.BOOKED, work)
    return changed


def _reminded_by_change(starts: datetime, work: UnitOfWork) -> datetime | None:
    """Return when the guests of a moved booking were reminded: now, if the time of the reminder has passed already."""
    hours = rules_of(work.restaurant_id).reminder_hours
    return work.now if starts <= work.now + timedelta(hours=hours) else None


def _move(booking: Booking, status: str, work: UnitOfWork) -> None:
    """Change the status, and hold the tables again where a no-show is undone."""
    if booking.status != BookingStatus.NO_SHOW:
        steps.move_on(booking, status, work)
        return
    restaurant = restaurant_by_id(work.restaurant_id)
    if restaurant.business_date(booking.starts_at) != restaurant.business_date(work.now):
        raise InvalidInput(gettext("A no-show can be undone on the same day only."), code="too_late")
    tables = tables_of([booking])[booking.pk]
    steps.move_on(booking, status, work)
    booking.ended_at = None
    steps.save(booking, "ended_at")
    follow_stays(work)
    steps.take_tables(booking, tables, work)
