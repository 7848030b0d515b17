"""iCalendar: a booking for its guest, and the bookings of the house for its own calendar.

All times are in UTC, which every calendar shows in the zone of its reader. SEQUENCE is the version of the booking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

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
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a booking that every calendar shows."""

    uid: UUID
    created_at: datetime
    starts_at: datetime
    ends_at: datetime
    version: int
    status: str

    @classmethod
    def of(cls, booking: Booking) -> "Facts":
        """Return the facts of a booking."""
        values = booking.uid, booking.created_at, booking.starts_at, booking.ends_at, booking.version, booking.status
        return cls(*values)


def guest_calendar(booking: Booking, restaurant: Restaurant) -> bytes:
    """Return the file of one booking, in the language of its guest."""
    calendar, event = _calendar(), _event(Facts.of(booking))
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
    events = [_house_event(booking, tables.get(booking.pk, ())) for booking in bookings]
    head = bytes(calendar.to_ical()).removesuffix(_END)
    return head + b"".join(events) + _END


def _house_event(booking: Booking, tables: Sequence[Table]) -> bytes:
    letter = booking.guest_name[:1].upper()
    facts = Facts.of(booking)
    return _written(
        facts,
        f"{booking.size} · {letter}." if letter else str(booking.size),
        ", ".join(table.name for table in tables),
        f"{settings.PUBLIC_URL}{reverse('host:booking', args=[booking.pk])}",
    )


@lru_cache(maxsize=4000)  # because calendars ask again every few minutes, and writing an event takes a millisecond
def _written(facts: Facts, summary: str, location: str, url: str) -> bytes:
    event = _event(facts)
    event.add("summary", summary)
    event.add("location", location)
    event.add("url", url)
    return bytes(event.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Bistro//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    return calendar


def _event(facts: Facts) -> Event:
    event = Event()
    event.add("uid", f"{facts.uid}@bistro")
    event.add("dtstamp", facts.created_at)
    event.add("dtstart", facts.starts_at)
    event.add("dtend", facts.ends_at)
    event.add("sequence", facts.version)
    event.add("status", _status(facts.status))
    return event


def _status(status: str) -> str:
    if status in _GONE:
        return "CANCELLED"
    return "TENTATIVE" if status == BookingStatus.REQUESTED else "CONFIRMED"
