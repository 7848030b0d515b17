"""Services that change a booking and what becomes of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.change_steps import Change, Versions, apply_change, house_for
from tables.bookings.hold_steps import lock_book
from tables.bookings.models import Booking
from tables.bookings.placing import nearest_times
from tables.bookings.transitions import BookingStatus


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
    house = house_for(changes, actor)
    change = Change(changes, status, insist, online, only_from, server_id, versions)
    with nearest_times(), UnitOfWork(actor) as work:
        lock_book(work)
        return apply_change(booking_id, change, house, work)


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
    """Note that the guests did not come, and free their tables.

    Raises InvalidInput (`too_early`) before the booked time, and what `change_booking` raises.
    """
    status = BookingStatus.NO_SHOW
    return change_booking(booking_id=booking_id, changes={}, status=status, actor=actor, versions=versions)


def undo_no_show(*, booking_id: int, actor: Actor) -> Booking:
    """Expect the guests again, on the same business day and if the table is still free.

    Raises InvalidInput on another day, LostRace if the table was given away, and what `change_booking` raises.
    """
    return change_booking(
        booking_id=booking_id, changes={}, status=BookingStatus.BOOKED, actor=actor, only_from=BookingStatus.NO_SHOW
    )
