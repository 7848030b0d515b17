"""Bookings as JSON for programs, which call them reservations (docs/contracts/qtable.md)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from bistro.core.kernel.money import text
from bistro.core.models import Restaurant
from tables.bookings.models import Booking, BookingRules
from tables.bookings.transitions import BookingStatus
from tables.models import Table

PERSONAL = ("guestName", "phone", "email", "notes", "occasion", "link")  # stored apart in the event log

# {key of the API: field of a booking}
FIELDS = {
    "guestName": "guest_name",
    "phone": "phone",
    "email": "email",
    "language": "language",
    "partySize": "size",
    "startsAt": "starts_at",
    "endsAt": "ends_at",
    "notes": "notes",
    "occasion": "occasion",
}


def instant(moment: datetime) -> str:
    """Write a time as that system does: UTC with microseconds and `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def fields_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a booking that a body names."""
    return {field: body[key] for key, field in FIELDS.items() if key in body}


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
        "delayMinutes": booking.delay_minutes,
        "deposit": deposit_json(booking),
        "createdAt": instant(booking.created_at),
        "link": guest_link(booking),
    }


def deposit_json(booking: Booking) -> dict[str, Any] | None:
    """Return the deposit of a booking (`DepositOutput`), None where it needs none."""
    if booking.deposit is None:
        return None
    times = {
        "payUntil": booking.deposit_until,
        "paidAt": booking.deposit_paid_at,
        "refundableUntil": booking.deposit_refundable_until,
    }
    written = {name: instant(moment) if moment is not None else None for name, moment in times.items()}
    return {"amount": text(booking.deposit, booking.restaurant.currency), **written}


def language_of(booking: Booking, restaurant: Restaurant) -> str:
    """Return the language in which the guest of a booking reads: the guest's own if we have it, else the house's."""
    spoken = booking.language.split("-")[0].lower()
    return spoken if spoken in dict(settings.GUEST_LANGUAGES) else restaurant.language


def guest_link(booking: Booking) -> str:
    """Return the address at which the guest reads, moves and cancels the booking."""
    return f"{settings.PUBLIC_URL}{reverse('guest-booking', args=[booking.token])}"


def house_links(rules: BookingRules) -> tuple[str, str]:
    """Return the addresses of the page on which guests book and of the calendar of the house, "" where closed."""
    page, calendar = rules.online_token, rules.calendar_token
    return (
        f"{settings.PUBLIC_URL}{reverse('book-online', args=[page])}" if page else "",
        f"{settings.PUBLIC_URL}{reverse('house-calendar', args=[calendar])}" if calendar else "",
    )
