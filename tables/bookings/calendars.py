"""iCalendar: a booking for its guest, and the bookings of the house for its own calendar.

All times are in UTC, which every calendar shows in the zone of its reader. SEQUENCE is the version of the booking.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event

from bistro.core.models import Restaurant
from tables.bookings.models import Booking
from tables.bookings.representations import guest_link, language_of
from tables.bookings.transitions import BookingStatus
from tables.models import Table

_GONE = (BookingStatus.CANCELLED, BookingStatus.NO_SHOW)
_READ_AGAIN = timedelta(minutes=15)


def guest_calendar(booking: Booking, restaurant: Restaurant) -> bytes:
    """Return the file of one booking, in the language of its guest."""
    calendar, event = _calendar(), _event(booking)
    words = {"restaurant": restaurant.name, "size": booking.size}
    with override(language_of(booking, restaurant)):
        event.add("summary", _("%(restaurant)s, table for %(size)s") % words)
        event.add("description", _("Change or cancel: %(link)s") % {"link": guest_link(booking)})
    event.add("url", guest_link(booking))
    if restaurant.address:
        event.add("location", ", ".join(filter(None, map(str.strip, restaurant.address.splitlines()))))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def house_calendar(restaurant: Restaurant, bookings: Iterable[Booking], tables: Mapping[int, Sequence[Table]]) -> bytes:
    """Return the bookings of the house. Of a guest there is the first letter of the name, no contact and no notes."""
    calendar = _calendar()
    calendar.add("x-wr-calname", restaurant.name)
    calendar.add("x-wr-timezone", restaurant.timezone)
    calendar.add("refresh-interval", _READ_AGAIN, parameters={"VALUE": "DURATION"})
    for booking in bookings:
        event = _event(booking)
        letter = booking.guest_name[:1].upper()
        event.add("summary", f"{booking.size} · {letter}." if letter else str(booking.size))
        event.add("location", ", ".join(table.name for table in tables.get(booking.pk, ())))
        event.add("url", f"{settings.PUBLIC_URL}{reverse('host:booking', args=[booking.pk])}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Bistro//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    return calendar


def _event(booking: Booking) -> Event:
    event = Event()
    event.add("uid", f"{booking.uid}@bistro")
    event.add("dtstamp", booking.created_at)
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    event.add("sequence", booking.version)
    event.add("status", _status(booking.status))
    return event


def _status(status: str) -> str:
    if status in _GONE:
        return "CANCELLED"
    return "TENTATIVE" if status == BookingStatus.REQUESTED else "CONFIRMED"
