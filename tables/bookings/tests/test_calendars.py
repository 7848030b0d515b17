"""Calendars by link, read with the library as a calendar program does: the guest's booking and those of the house."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from tables.bookings import calendar_views
from tables.bookings.models import Booking, BookingRules
from tables.bookings.services import cancel_booking, change_booking, mark_no_show, renew_link
from tables.bookings.tests.evenings import book, evening

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def read(address):
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert b"\r\n" in answer.content
    return Calendar.from_ical(answer.content)


def events(calendar):
    return calendar.walk("VEVENT")


@pytest.fixture
def feed(house):
    return f"/calendar/{renew_link(which='calendar', actor=house.actor('manager'))}.ics"


def test_the_guest_gets_the_booking_with_its_changes(house):
    booking = book(house)
    address = f"/booking/{booking.token}/calendar.ics"
    (event,) = events(read(address))
    assert event["UID"] == f"{booking.uid}@bistro"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (booking.starts_at, booking.ends_at)
    assert (int(event["SEQUENCE"]), event["STATUS"]) == (0, "CONFIRMED")
    assert event["SUMMARY"] == f"{house.restaurant.name}, table for 2"
    assert booking.token in event["URL"]
    change_booking(booking_id=booking.pk, changes={"starts_at": evening(20)}, actor=house.actor("host"))
    cancel_booking(booking_id=booking.pk, actor=house.actor("host"))
    (event,) = events(read(address))
    assert event.decoded("DTSTART") == evening(20)
    assert (int(event["SEQUENCE"]), event["STATUS"]) == (2, "CANCELLED")


def test_long_names_and_signs_are_written_as_the_standard_says(house):
    house.restaurant.name = "Ünter, den; Linden — " + "x" * 90
    house.restaurant.save()
    booking = book(house)
    address = f"/booking/{booking.token}/calendar.ics"
    assert max(map(len, Client().get(address).content.split(b"\r\n"))) <= 75
    (event,) = events(read(address))
    assert event["SUMMARY"] == f"{house.restaurant.name}, table for 2"


def test_the_calendar_of_the_house_has_no_personal_data(house, feed):
    booking, gone = book(house, name="Moreau"), book(house, evening(12), name="Okafor")
    Booking.objects.update(email="ana@example.com", notes="Allergic to nuts")
    with time_machine.travel(evening(12, 20), tick=False):
        mark_no_show(booking_id=gone.pk, actor=house.actor("host"))
    text = Client().get(feed).content.decode()
    for secret in ("Moreau", "Okafor", "+49", "1234", "ana@", "nuts", booking.token):
        assert secret not in text
    calendar = read(feed)
    assert (calendar["X-WR-CALNAME"], calendar["X-WR-TIMEZONE"]) == (house.restaurant.name, "UTC")
    found = {event["UID"]: event for event in events(calendar)}
    shown = found[f"{booking.uid}@bistro"]
    assert (shown["SUMMARY"], shown["LOCATION"], shown["STATUS"]) == ("2 · M.", house.table.name, "CONFIRMED")
    assert found[f"{gone.uid}@bistro"]["STATUS"] == "CANCELLED"


def test_many_bookings_cost_as_many_queries_as_one(house, feed):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            Client().get(feed)
        return len(queries)

    book(house)
    few = cost()
    for hour in (9, 12, 15):
        book(house, evening(hour))
    assert cost() == few


def test_the_database_returns_no_more_bookings_than_the_calendar_has(house, feed, monkeypatch):
    monkeypatch.setattr(calendar_views, "MOST", 1)
    first = book(house, evening(12))
    book(house, evening(20))
    with CaptureQueriesContext(connection) as queries:
        (event,) = events(read(feed))
    assert event["UID"] == f"{first.uid}@bistro"
    (asked,) = (query["sql"] for query in queries if 'FROM "bookings_booking" ' in query["sql"])
    assert asked.endswith("LIMIT 1")


def test_links_end(house, feed):
    assert Client().get(feed).status_code == 200
    renew_link(which="calendar", actor=house.actor("manager"))
    assert Client().get(feed).status_code == 404
    assert Client().get("/calendar/x.ics").status_code == 404
    assert BookingRules.objects.get().online_token is None, "the booking page stays closed"
    booking = book(house)
    Booking.objects.update(starts_at=timezone.now() - timedelta(hours=30), ends_at=timezone.now() - timedelta(hours=25))
    assert Client().get(f"/booking/{booking.token}/calendar.ics").status_code == 404
