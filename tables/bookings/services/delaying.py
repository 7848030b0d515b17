"""The service of guests who say by their link that they come later."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings import steps
from tables.bookings.events import BookingDelayed
from tables.bookings.hold_steps import lock_book
from tables.bookings.models import Booking, TableHold
from tables.bookings.selectors import tables_of
from tables.bookings.times import DELAYS, may_announce
from tables.bookings.transitions import EXPECTED, BookingStatus
from tables.models import Table


def announce_delay(*, booking_id: int, minutes: int | None, actor: Actor) -> Booking:
    """Note by how many minutes guests come later than booked, 0 = in time after all. The booking keeps its times.

    Guests who were late already are expected again. Locks: the book.
    Raises InvalidInput (`delay_unknown`, `booking_over`, `delay_not_now`), LostRace (`table_needed`) where the next
    guests at the table would leave less than half of the stay, NotPermitted, NotYours.
    """
    actor.require(Permission.TAKE_BOOKING)
    if minutes is None or minutes not in (0, *DELAYS):
        raise InvalidInput(gettext("Choose one of the minutes that are shown."), code="delay_unknown")
    with UnitOfWork(actor) as work:
        lock_book(work)
        booking = steps.find_booking(booking_id, work)
        if booking.delay_minutes == minutes:
            return booking
        if booking.status not in EXPECTED:
            message = gettext("This booking is over. Please call us.")
            raise InvalidInput(message, code="booking_over")
        if not may_announce(booking.starts_at, minutes, work.now):
            message = gettext("This is not possible here at this time. Please call us.")
            raise InvalidInput(message, code="delay_not_now")
        tables = tables_of([booking])[booking.pk]
        _require_time_left(booking, minutes, tables)
        booking.delay_minutes = minutes
        steps.save(booking, "delay_minutes")
        if booking.status == BookingStatus.LATE and minutes:
            steps.move_on(booking, BookingStatus.BOOKED, work)
        work.record(BookingDelayed(booking=booking, tables=tables))
    return booking


def _require_time_left(booking: Booking, minutes: int, tables: Sequence[Table]) -> None:
    """Refuse a delay after which the next guests at a table leave less than half of the stay."""
    others = TableHold.objects.live().filter(table__in=tables, starts_at__gte=booking.ends_at).exclude(booking=booking)
    following = others.order_by("starts_at").values_list("starts_at", flat=True).first()
    arrival = booking.starts_at + timedelta(minutes=minutes)
    if minutes and following is not None and following - arrival < (booking.ends_at - booking.starts_at) / 2:
        message = gettext("Your table is needed again too soon after that. Please call us.")
        raise LostRace(message, code="table_needed")
