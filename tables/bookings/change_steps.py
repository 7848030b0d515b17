"""Steps that change a booking: its fields, its place and its status. The caller has locked the book."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_by_id, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, Stale
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.bookings import steps
from tables.bookings.availability import Room
from tables.bookings.bookers import Guest
from tables.bookings.deposit_steps import require_covered, want_deposit
from tables.bookings.events import BookingChanged
from tables.bookings.hold_steps import follow_stays
from tables.bookings.models import Booking
from tables.bookings.placing import Wish, require_offered
from tables.bookings.selectors import read_house, rules_of, tables_of
from tables.bookings.transitions import EXPECTED, BookingStatus

Versions = Collection[int] | None  # those that the caller accepts (If-Match); None accepts every version
CONTACT = ("guest_name", "phone", "email", "language", "notes", "occasion")
PLACE = ("starts_at", "ends_at", "size", "tables")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a booking: `fields` (CONTACT, PLACE), then its status.

    `delay_minutes` among the fields is what guests said of the new time; it counts only with another time.
    `insist` is a host who insists, `online` the guest by link. `only_from` refuses a booking in another status;
    `server_id` serves guests who are seated.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    status: str | None = None
    insist: bool = False
    online: bool = False
    only_from: str = ""
    server_id: int | None = None
    versions: Versions = None


def house_for(fields: Mapping[str, Any], actor: Actor) -> Room | None:
    """Return what a change of the place must know of the house, read before the lock, or None for other changes."""
    return read_house(restaurant_of(actor)) if any(name in fields for name in PLACE) else None


def apply_change(booking_id: int, change: Change, house: Room | None, work: UnitOfWork) -> Booking:
    """Change a booking and return it. Equal values change nothing. Locks: table, for guests who are seated.

    Raises Stale, InvalidInput, LostRace, IllegalTransition, NotPermitted, NotYours.
    """
    require_transaction()
    booking = steps.find_booking(booking_id, work)
    _require_version(booking, change.versions)
    if change.only_from and booking.status != change.only_from:
        raise LostRace(gettext("Somebody changed this booking. Load it again."), code="status_changed")
    if change.status == BookingStatus.SEATED and booking.status != change.status:
        others = {name: value for name, value in change.fields.items() if name != "tables"}
        _apply(booking, others, house, change, work)
        work.actor.require(Permission.SEAT_TABLE)
        tables = change.fields.get("tables", ())
        steps.seat(booking, tables, work, insist=change.insist, server_id=change.server_id)
        return booking
    _apply(booking, change.fields, house, change, work)
    if change.status is not None and change.status != booking.status:
        _move(booking, change.status, work)
    return booking


def _require_version(booking: Booking, versions: Versions) -> None:
    if versions is not None and booking.version not in versions:
        raise Stale(gettext("Someone changed this booking. Load it again."), current_version=booking.version)


def _apply(booking: Booking, changes: Mapping[str, Any], house: Room | None, change: Change, work: UnitOfWork) -> None:
    """Set the changed fields, move the booking where it must, and record the change once."""
    before = booking.starts_at, booking.size
    changed = _set_contact(booking, changes)
    moved = _set_place(booking, changes, house, change, work) if house is not None else []
    if not changed and not moved:
        return
    is_news = (booking.starts_at, booking.size) != before
    if booking.deposit_refundable_until is not None and booking.deposit_refundable_until > work.now:
        booking.deposit_refundable_until += booking.starts_at - before[0]
        moved = [*moved, "deposit_refundable_until"]
    steps.save(booking, *changed, *moved)
    work.record(BookingChanged(booking=booking, tables=tables_of([booking])[booking.pk], is_news=is_news))
    if is_news:
        want_deposit(booking, work)


def _set_contact(booking: Booking, changes: Mapping[str, Any]) -> list[str]:
    wanted = {name: changes.get(name, getattr(booking, name)) for name in CONTACT}
    guest = Guest(name=wanted.pop("guest_name"), **wanted)
    new = guest.fields()
    changed = [name for name in CONTACT if name in changes and getattr(booking, name) != new[name]]
    for name in changed:
        setattr(booking, name, new[name])
    return changed


def _set_place(
    booking: Booking, changes: Mapping[str, Any], house: Room, change: Change, work: UnitOfWork
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
    if change.online and starts != booking.starts_at:
        require_offered(starts, house)
    if change.online:
        require_covered(booking, starts, changes.get("size", booking.size), work)
    wish = Wish(
        starts_at=starts,
        size=changes.get("size", booking.size),
        ends_at=ends,
        tables=tables,
        insist=change.insist,
        online=change.online,
    )
    placed = steps.choose_tables(wish, house, work, moving=booking)
    later = booking.status == BookingStatus.LATE and wish.starts_at > work.now
    changed = ["starts_at", "ends_at", "size"]
    if wish.starts_at != booking.starts_at:
        booking.reminded_at = _reminded_by_change(wish.starts_at, work)
        booking.delay_minutes = change.fields.get("delay_minutes", 0)
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
    booking.ended_at, booking.expected_again = None, True
    steps.save(booking, "ended_at", "expected_again")
    follow_stays(work)
    steps.take_tables(booking, tables, work)
