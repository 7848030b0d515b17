"""Reads of deposits."""

from orders.billing.models import Deposit
from tables.bookings.models import Booking


def deposit_of(booking: Booking | None) -> Deposit | None:
    """Return the deposit of a booking, None for none. Whoever has the link of the booking may read it."""
    return None if booking is None else Deposit.objects.filter(booking=booking).first()
