"""Times and bookings of tests: tomorrow evening in a restaurant without opening hours."""

from datetime import time, timedelta

from django.utils import timezone

from bistro.core.models import OpeningHours
from tables.bookings.placing import Wish
from tables.bookings.services import Guest, take_booking


def evening(hour=19, minute=0, days=1):
    """Return a time of a coming day, in the zone of the test's restaurant (UTC)."""
    day = timezone.now() + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def open_all_day(house):
    """Give the house hours from midnight to midnight, so that guests can book and move online."""
    for weekday in range(7):
        OpeningHours.objects.create(restaurant=house.restaurant, weekday=weekday, opens=time(0), closes=time(0))


def text(moment):
    """Return a time as the API takes it."""
    return moment.isoformat()


def book(house, starts=None, size=2, *, role="host", name="Moreau", **more):
    """Take a booking by the service and return it."""
    wish = Wish(starts_at=starts or evening(), size=size, **more)
    return take_booking(guest=Guest(name=name, phone="+49 30 1234"), wish=wish, actor=house.actor(role))[0]


def path(house, booking=None):
    """Return the address of the bookings, or of one of them."""
    base = f"/restaurants/{house.restaurant.uid}/reservations"
    return base if booking is None else f"{base}/{booking if isinstance(booking, str) else booking.uid}"


def body(starts=None, size=2, **more):
    """Return the body of a request for a booking."""
    return {"guestName": "Moreau", "partySize": size, "startsAt": text(starts or evening()), **more}
