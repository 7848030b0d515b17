"""Bookings as JSON for programs, which call them reservations (docs/contracts/qtable.md)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from tables.bookings.models import Booking
from tables.bookings.transitions import BookingStatus
from tables.models import Table

PERSONAL = ("guestName", "phone", "email", "notes", "link")  # stored apart in the event log


def instant(moment: datetime) -> str:
    """Write a time as that system does: UTC with microseconds and `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def booking_json(booking: Booking, tables: Sequence[Table]) -> dict[str, Any]:
    """Return a booking (`ReservationOutput`). A request that the house has not answered yet counts as booked."""
    requested = booking.status == BookingStatus.REQUESTED
    return {
        "id": str(booking.uid),
        "guestName": booking.guest_name,
        "phone": booking.phone,
        "email": booking.email,
        "partySize": booking.size,
        "startsAt": instant(booking.starts_at),
        "endsAt": instant(booking.ends_at),
        "status": str(BookingStatus.BOOKED if requested else booking.status),
        "tableId": str(tables[0].uid) if tables else None,
        "tableIds": [str(table.uid) for table in tables],
        "notes": booking.notes,
        "occasion": booking.occasion,
        "createdAt": instant(booking.created_at),
        "link": guest_link(booking),
    }


def guest_link(booking: Booking) -> str:
    """Return the address at which the guest reads, moves and cancels the booking."""
    return f"{settings.PUBLIC_URL}{reverse('guest-booking', args=[booking.token])}"
