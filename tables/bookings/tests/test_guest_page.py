"""The page of a booking that its guest opens by link, and the admin pages of the rules."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from tables.bookings.models import Booking, BookingRules, Combination, DepositRule
from tables.bookings.services import cancel_booking, change_booking, mark_late
from tables.bookings.tests.evenings import book, evening, open_all_day
from tables.bookings.times import late_from

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
ONLINE = {"online_largest": "6", "online_days": "30", "online_lead_minutes": "0", "reminder_hours": "24"}


@pytest.fixture
def booking(house):
    open_all_day(house)
    return book(house)


@pytest.fixture
def address(booking):
    return f"/booking/{booking.token}/"


def test_read_in_the_guests_language(address):
    page = Client().get(address, headers={"accept-language": "fr"})
    assert "Moreau" in page.content.decode()
    assert "Votre réservation" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert "+49 30" not in page.content.decode()


def test_move_to_another_time(address, booking, house):
    taken = book(house, evening(22))
    page = Client().get(address, {"day": evening().date().isoformat()}).content.decode()
    assert evening(17, 15).isoformat() in page
    assert taken.starts_at.isoformat() not in page, "full times are not offered"
    assert Client().post(address, {"do": "move", "starts": evening(17, 15).isoformat()}).status_code == 302
    booking.refresh_from_db()
    assert booking.starts_at == evening(17, 15)
    with nothing_changes():
        assert Client().post(address, {"do": "move", "starts": evening(22).isoformat()}).status_code == 409
        assert Client().post(address, {"do": "move", "starts": "soon"}).status_code == 422
        odd = Client().post(address, {"do": "move", "starts": evening(17, 22).isoformat()})
    assert odd.status_code == 422
    assert "Choose one of the times that are shown." in odd.content.decode()


def test_change_the_number_of_guests_and_confirm(address, booking, house):
    house.add_table(seats=6)
    day = {"day": evening().date().isoformat(), "size": "5"}
    assert evening().isoformat() in Client().get(address, day).content.decode()
    changed = {"do": "move", "starts": evening().isoformat(), "size": "5"}
    assert Client().post(address, changed).status_code == 302
    assert Client().post(address, {**changed, "size": "9"}).status_code == 302, "more than may book online is no wish"
    assert Client().post(address, {"do": "confirm"}).status_code == 302
    booking.refresh_from_db()
    assert (booking.size, booking.status) == (5, "confirmed")
    with nothing_changes():
        assert Client().post(address, {"do": "confirm"}).status_code == 302
    assert "Yes, we are coming" not in Client().get(address).content.decode()


def with_deposit(house, **rule):
    """Book for two guests, who owe a deposit by this rule, and return the booking and a change of it by its guest."""
    house.add_table(seats=8)
    open_all_day(house)
    DepositRule.objects.create(restaurant=house.restaurant, name="All", amount=20, online_only=False, **rule)
    booking = book(house)

    def change(size, starts=None):
        sent = {"do": "move", "starts": (starts or booking.starts_at).isoformat(), "size": str(size)}
        answer = Client().post(f"/booking/{booking.token}/", sent)
        booking.refresh_from_db()
        return answer

    return booking, change


def test_a_deposit_for_each_guest_is_for_no_more_guests_by_the_link(house):
    """Neither at the same time, nor by way of a day without a deposit. The house may let more guests come."""
    booking, change = with_deposit(house, weekday=evening().weekday())
    with nothing_changes():
        for refused in (change(6), change(3, evening(days=2))):
            assert (refused.status_code, "Please call us to come with more" in refused.content.decode()) == (422, True)
    change_booking(booking_id=booking.pk, changes={"size": 6}, actor=house.actor("host"))
    booking.refresh_from_db()
    assert (booking.size, booking.deposit) == (6, 40)


def test_a_deposit_that_is_enough_stops_no_change_by_the_link(house):
    booking, change = with_deposit(house)
    assert [change(size).status_code for size in (1, 2)] == [302, 302], "what is paid covers two"
    assert change(2, evening(20)).status_code == 302
    assert (booking.size, booking.deposit) == (2, 40)


def test_a_deposit_for_the_whole_booking_is_for_any_number_of_guests(house):
    booking, change = with_deposit(house, per_guest=False)
    assert change(6).status_code == 302
    assert (booking.size, booking.deposit) == (6, 20)


def test_online_limits_hold_for_the_guest(address, house):
    BookingRules.objects.create(restaurant=house.restaurant, pacing_online=1)
    with nothing_changes():
        assert Client().post(address, {"starts": evening(16).isoformat()}).status_code == 409


def later(address, minutes):
    return Client().post(address, {"delay": str(minutes)})


def test_guests_who_come_later_are_late_later(address, booking, house):
    starts = booking.starts_at
    with time_machine.travel(starts - timedelta(minutes=5), tick=False) as clock:
        assert [later(address, 20).status_code for _ in range(2)] == [302, 302]
        assert f"We expect you at {starts + timedelta(minutes=20):%H:%M}" in Client().get(address).content.decode()
        (event,) = Event.objects.filter(action="delayed")
        assert (event.type, json.loads(event.data)["delayMinutes"]) == ("reservation_updated", 20)
        day = {"day": starts.date().isoformat()}
        assert "Comes 20 min later" in house.browser("host").get("/host/", day).content.decode()
        assert mark_late(now=starts + timedelta(minutes=34)) == 0
        assert mark_late(now=starts + timedelta(minutes=35)) == 1
        clock.shift(timedelta(minutes=26))
        assert later(address, 30).status_code == 302
        booking.refresh_from_db()
        assert (booking.status, booking.delay_minutes) == ("booked", 30), "expected again"
        assert booking.ends_at == starts + timedelta(minutes=90), "and keeps its times"
        assert 'name="delay" value="20"' not in Client().get(address).content.decode(), "the time has passed"


def test_the_delay_moves_nothing_past_the_end(booking):
    starts, ends = booking.starts_at, booking.starts_at + timedelta(minutes=40)
    assert late_from(starts, ends, 30, 15) == ends
    assert late_from(starts, ends, 30, 60) == starts + timedelta(minutes=60)


def test_guests_in_time_after_all_and_at_another_time(address, booking):
    with time_machine.travel(booking.starts_at - timedelta(hours=2), tick=False):
        later(address, 10)
        assert later(address, 0).status_code == 302
        booking.refresh_from_db()
        assert booking.delay_minutes == 0
        later(address, 10)
        Client().post(address, {"starts": evening(22).isoformat()})
        booking.refresh_from_db()
        assert booking.delay_minutes == 0, "said of another time"


@pytest.mark.parametrize(
    ("minutes", "when", "status", "words"),
    [
        (45, 0, 422, "Choose one of the minutes"),
        ("soon", 0, 422, "Choose one of the minutes"),
        (10, -181, 422, "is not possible here at this time"),
        (10, 10, 422, "is not possible here at this time"),
        (30, 0, 409, "needed again too soon"),
    ],
)
def test_refusals_of_a_delay_change_nothing(address, booking, house, minutes, when, status, words):
    Booking.objects.filter(pk=booking.pk).update(ends_at=booking.starts_at + timedelta(minutes=45))
    booking.holds.update(ends_at=booking.starts_at + timedelta(minutes=45))
    book(house, booking.starts_at + timedelta(minutes=45))
    with time_machine.travel(booking.starts_at + timedelta(minutes=when), tick=False), nothing_changes():
        answer = later(address, minutes)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)


def test_a_booking_that_is_over_has_no_delay(address, booking, house):
    cancel_booking(booking_id=booking.pk, actor=house.actor("host"))
    with time_machine.travel(booking.starts_at, tick=False), nothing_changes():
        assert later(address, 10).status_code == 422


def test_cancel(address, booking):
    assert Client().post(address, {"do": "cancel"}).status_code == 302
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert "Cancelled" in Client().get(address).content.decode()


def test_the_link_dies_and_cannot_be_guessed(address, booking):
    assert Client().get("/booking/x/").status_code == 404
    Booking.objects.filter(pk=booking.pk).update(
        starts_at=timezone.now() - timedelta(hours=30), ends_at=timezone.now() - timedelta(hours=25)
    )
    assert Client().get(address).status_code == 404


def test_managers_set_the_rules(house):
    browser = house.browser("manager")
    rules = {
        "slot_minutes": "30",
        "last_arrival_minutes": "60",
        "late_minutes": "10",
        "walk_in_percent": "20",
        **ONLINE,
    }
    assert browser.post("/admin/bookings/bookingrules/add/", {**rules, "pacing_total": "12"}).status_code == 302
    row = BookingRules.objects.get()
    assert (row.restaurant, row.slot_minutes, row.pacing_total) == (house.restaurant, 30, 12)
    assert browser.get("/admin/bookings/bookingrules/add/").status_code == 403, "a house has one row"
    members = {"members-TOTAL_FORMS": "2", "members-INITIAL_FORMS": "0"}
    for number, table in enumerate((house.table, house.add_table())):
        members[f"members-{number}-table"] = str(table.pk)
    posted = {"name": "Long table", "seats": "8", "priority": "0", **members}
    assert browser.post("/admin/bookings/combination/add/", posted).status_code == 302
    combination = Combination.objects.get()
    assert [member.restaurant for member in combination.members.all()] == [house.restaurant] * 2
