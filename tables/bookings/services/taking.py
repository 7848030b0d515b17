"""The service that takes a booking."""

from dataclasses import dataclass

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import ReusedKey
from bistro.core.kernel.once import Once
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.bookers import Guest
from tables.bookings.events import BookingTaken
from tables.bookings.hold_steps import lock_book, release_visitor_hold
from tables.bookings.models import Booking
from tables.bookings.placing import Wish, nearest_times
from tables.bookings.selectors import read_house
from tables.bookings.steps import choose_tables, take_tables
from tables.bookings.transitions import BookingStatus, Source
from tables.guests.steps import remember_guest


@dataclass(frozen=True, slots=True)
class Origin:
    """The way by which a booking came.

    `visitor` is the key of a booking page, whose kept tables the booking gets. `remembered` is a guest who wants to be
    known at later visits. `again_after_cancelling` lets an equal request book again when its booking was cancelled.
    """

    source: Source = Source.PHONE
    visitor: str = ""
    remembered: bool = False
    again_after_cancelling: bool = False


def take_booking(
    *, guest: Guest, wish: Wish, actor: Actor, origin: Origin | None = None, once: Once | None = None
) -> tuple[Booking, bool]:
    """Take a booking, and return it and whether an equal request took it before.

    Locks: the book, the contacts' names. Raises InvalidInput (size, times, `closed`, `party_too_large`), LostRace
    (`table_taken`, `slot_full`) with the nearest free times, ReusedKey, NotPermitted, NotYours.
    """
    actor.require(Permission.TAKE_BOOKING)
    origin, house = origin or Origin(), read_house(restaurant_of(actor))
    with nearest_times(), UnitOfWork(actor) as work:
        lock_book(work)
        if (known := _taken_before(once, origin, work)) is not None:
            return known, True
        placed = choose_tables(wish, house, work, visitor=origin.visitor)
        booking = Booking.objects.create(
            restaurant_id=work.restaurant_id,
            size=wish.size,
            starts_at=wish.starts_at,
            ends_at=placed.ends_at,
            status=BookingStatus.BOOKED,
            source=origin.source,
            created_at=work.now,
            credential=actor.credential if once else "",
            key=once.key if once else None,
            fingerprint=once.fingerprint if once else "",
            **guest.fields(),
        )
        if origin.visitor:
            release_visitor_hold(origin.visitor, work)
        take_tables(booking, placed.tables, work)
        if origin.remembered:
            remember_guest(work, name=guest.name, phone=guest.phone, email=guest.email)
        work.record(BookingTaken(booking=booking, tables=placed.tables))
    return booking, False


def _taken_before(once: Once | None, origin: Origin, work: UnitOfWork) -> Booking | None:
    """Return the booking that a request with this key took. Raises ReusedKey if its body was another one."""
    if once is None:
        return None
    rows = Booking.objects.of_restaurant(work.restaurant_id)
    booking: Booking | None = rows.filter(credential=work.actor.credential, key=once.key).first()
    if booking is not None and booking.fingerprint != once.fingerprint:
        raise ReusedKey(gettext("This Idempotency-Key was used for another booking."))
    if booking is not None and origin.again_after_cancelling and booking.status == BookingStatus.CANCELLED:
        rows.filter(pk=booking.pk).update(key=None)  # the next booking gets the key
        return None
    return booking
