"""The host's pages: a day, a booking by phone, seating in two taps, changes and no-shows."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from bistro.core.tests.http import nothing_changes
from tables.bookings.models import Booking, BookingRules
from tables.bookings.services import announce_delay
from tables.bookings.tests.evenings import book, evening
from tables.models import Section, Table

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def browser(house):
    return house.browser("host")


def day_of(moment):
    return moment.date().isoformat()


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def form(starts, **more):
    return {"day": day_of(starts), "size": "2", "starts": starts.isoformat(), "name": "Klein", **more}


def test_take_a_booking_by_phone(browser, house):
    """Four taps: Booking, the number of guests, the time, Book."""
    starts = evening()
    day = browser.get("/host/", {"day": day_of(starts)})
    assert f'href="/host/bookings/new/?day={day_of(starts)}"' in day.content.decode()
    sizes = browser.get("/host/bookings/new/", {"day": day_of(starts)})
    assert 'name="size" value="2"' in sizes.content.decode()
    times = browser.get("/host/bookings/new/", {"day": day_of(starts), "size": "2"})
    assert f'name="starts" value="{starts.isoformat()}"' in times.content.decode()
    done = browser.post("/host/bookings/new/", form(starts, phone="+49 30 1", notes="Window"))
    assert (done.status_code, done["Location"]) == (302, f"/host/?day={day_of(starts)}")
    booking = Booking.objects.get()
    assert (booking.guest_name, booking.size, booking.starts_at, booking.source) == ("Klein", 2, starts, "phone")
    assert "Klein Window 2" in text_of(browser.get(done["Location"]))
    timeline = browser.get("/host/", {"day": day_of(starts), "view": "timeline"})
    assert "Klein · 2" in text_of(timeline)


def test_refusals_keep_what_was_typed(browser, house):
    book(house)
    with nothing_changes():
        full = browser.post("/host/bookings/new/", form(evening(), notes="Pram"))
        nameless = browser.post("/host/bookings/new/", form(evening(22), name=" "))
        timeless = browser.post("/host/bookings/new/", {**form(evening(22)), "starts": "soon"})
    assert full.status_code == 409
    assert "No table for 2 is free at that time. Free: " in full.content.decode()
    assert "Pram" in full.content.decode()
    assert (nameless.status_code, timeless.status_code) == (422, 422)
    assert "A booking needs a name." in nameless.content.decode()


def test_a_host_may_insist(browser, house):
    large = form(evening(), size="6", table=str(house.table.pk))
    asked = browser.post("/host/bookings/new/", large)
    assert 'name="force"' in asked.content.decode()
    assert 'name="force"' not in house.browser("waiter").post("/host/bookings/new/", large).content.decode()
    assert browser.post("/host/bookings/new/", {**large, "force": "1"}).status_code == 302


def test_seat_in_two_taps(browser, house):
    booking = book(house, timezone.now() + timedelta(minutes=5))
    page = browser.get("/host/").content.decode()
    assert f'action="/host/bookings/{booking.pk}/act/"' in page
    assert browser.post(f"/host/bookings/{booking.pk}/act/", {"do": "seat"}).status_code == 302
    booking.refresh_from_db()
    assert booking.status == "seated"
    assert "Seated 1 " in text_of(browser.get("/host/"))


def test_the_list_seats_with_the_token_of_its_form(browser, house):
    """The test client does not check tokens unless asked to; a browser's request without one is refused."""
    booking = book(house, timezone.now() + timedelta(minutes=5))
    browser.handler.enforce_csrf_checks = True
    listed = browser.get("/host/").content.decode()
    form = listed[listed.index(f'action="/host/bookings/{booking.pk}/act/"') :]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form[: form.index("</form>")])
    assert token is not None
    address = f"/host/bookings/{booking.pk}/act/"
    with nothing_changes():
        assert browser.post(address, {"do": "seat"}).status_code == 403
    assert browser.post(address, {"do": "seat", "csrfmiddlewaretoken": token[1]}).status_code == 302
    booking.refresh_from_db()
    assert booking.status == "seated"


def test_guests_at_the_table_are_shown_as_a_conflict(browser, house):
    booking = book(house, timezone.now() + timedelta(minutes=20))
    house.done(house.api("host").post("/api/v1/parties", {"table": house.table.pk, "size": 2}))
    assert "Table not free" in text_of(browser.get("/host/"))
    assert "Walk-in · 2" in text_of(browser.get("/host/", {"view": "timeline"}))
    with nothing_changes():
        refused = browser.post(f"/host/bookings/{booking.pk}/act/", {"do": "seat"})
    assert refused.status_code == 409


def test_change_and_cancel(browser, house):
    booking = book(house)
    address = f"/host/bookings/{booking.pk}/"
    assert 'value="Moreau"' in browser.get(address).content.decode()
    later = evening(20, 30)
    assert browser.post(address, form(later, size="3", name="Moreau", version="0")).status_code == 302
    booking.refresh_from_db()
    assert (booking.starts_at, booking.size) == (later, 3)
    with nothing_changes():
        assert browser.post(address, form(later, version="0")).status_code == 412
    browser.post(f"{address}act/", {"do": "cancel"})
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    with nothing_changes():
        assert browser.post(f"{address}act/", {"do": "seat"}).status_code == 422
        assert browser.post(f"{address}act/", {"do": "dance"}).status_code == 400


def test_a_no_show_and_its_undoing(browser, house):
    booking = book(house, timezone.now())
    browser.post(f"/host/bookings/{booking.pk}/act/", {"do": "no_show"})
    assert "Undo no-show" in browser.get("/host/").content.decode()
    browser.post(f"/host/bookings/{booking.pk}/act/", {"do": "undo"})
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_others_stay_outside(house):
    assert house.browser("kitchen").get("/host/").status_code == 403
    assert house.browser("cashier").get("/host/").status_code == 403


@pytest.mark.parametrize("view", ["list", "timeline", "plan"])
def test_a_busy_day_costs_as_many_queries(browser, house, view, django_assert_max_num_queries):
    for hour in (12, 15, 18, 21):
        book(house, evening(hour))
    house.add_table()
    with django_assert_max_num_queries(22):
        browser.get("/host/", {"day": day_of(evening()), "view": view})


def test_the_timeline_counts_who_arrives_and_marks_too_many(browser, house):
    rules = BookingRules.objects.create(restaurant=house.restaurant, pacing_total=6)
    book(house, evening(18), size=4)
    house.add_table()
    book(house, evening(19), size=4)
    house.add_table()
    book(house, evening(19), size=3, insist=True)
    page = browser.get("/host/", {"day": day_of(evening()), "view": "timeline"})
    shown = page.context["timeline"].arriving
    assert [(each.guests, each.is_too_many) for each in shown] == [(4, False), (7, True)]
    assert f"Guests in {rules.slot_minutes} min" in text_of(page)
    assert "7 > 6" in unescape(text_of(page))


def test_the_timeline_has_the_tables_of_each_section_under_its_name(browser, house):
    second = house.add_table(name="Second")
    bar = Section.objects.create(restaurant=house.restaurant, name="<Bar>", position=house.table.section.position)
    Table.objects.filter(pk=house.add_table(name="Bar 1").pk).update(section=bar, position=0)
    page = browser.get("/host/", {"day": day_of(evening()), "view": "timeline"})
    lines = page.context["timeline"].lines
    assert [(line.heading, line.name, line.y) for line in lines] == [
        (house.table.section.name, house.table.name, 80),
        ("", second.name, 132),
        ("<Bar>", "Bar 1", 208),
    ]
    assert page.context["timeline"].height == 208 + 52 + 8
    assert "&lt;Bar&gt;" in page.content.decode()


def move(browser, booking, **fields):
    fields = {"starts": booking.starts_at.isoformat(), "version": str(booking.version), **fields}
    return browser.post(f"/host/bookings/{booking.pk}/move/", {"day": day_of(booking.starts_at), **fields})


def test_the_undo_of_a_move_restores_an_announced_delay(browser, house):
    booking = book(house, (timezone.now() + timedelta(minutes=45)).replace(second=0, microsecond=0))
    announce_delay(booking_id=booking.pk, minutes=20, actor=house.actor("host"))
    booking.refresh_from_db()
    later = (booking.starts_at + timedelta(hours=4)).isoformat()
    move = {"starts": later, "tables": str(house.table.pk), "version": booking.version}
    path = f"/host/bookings/{booking.pk}/move/"
    with nothing_changes():
        assert browser.post(path, {**move, "delay": "17"}).status_code == 422
    text = browser.post(path, move).content.decode()
    assert Booking.objects.get().delay_minutes == 0, "it was said of the old time"
    undo = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', text.split("moved-act")[0]))
    undo.pop("csrfmiddlewaretoken", None)
    assert browser.post(path, undo).status_code == 200
    again = Booking.objects.get()
    assert (again.starts_at, again.delay_minutes) == (booking.starts_at, 20)


def test_move_in_the_timeline_and_undo(browser, house):
    other, starts = house.add_table(), evening(20, 30)
    booking = book(house, ends_at=evening(20), tables=[house.table.pk])
    timeline = browser.get("/host/", {"day": day_of(booking.starts_at), "view": "timeline"}).content.decode()
    assert f'data-move="/host/bookings/{booking.pk}/move/" data-name="Moreau"' in timeline
    page = move(browser, booking, starts=starts.isoformat(), tables=str(other.pk))
    booking.refresh_from_db()
    assert (booking.starts_at, booking.ends_at) == (starts, evening(21, 30)), "as long as it was"
    assert [hold.table for hold in booking.holds.all()] == [other]
    text = page.content.decode()
    assert f"Moreau: 20:30, {other.name}." in text
    undo = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', text.split("moved-act")[0]))
    undo.pop("csrfmiddlewaretoken", None)
    assert browser.post(f"/host/bookings/{booking.pk}/move/", undo).status_code == 200
    booking.refresh_from_db()
    assert (booking.starts_at, booking.ends_at) == (evening(), evening(20))
    assert [hold.table for hold in booking.holds.all()] == [house.table]


def test_refused_moves_change_nothing_and_hosts_may_insist(browser, house):
    booking, other = book(house, tables=[house.table.pk]), house.add_table(seats=1)
    book(house, evening(22), tables=[house.table.pk])
    here = str(house.table.pk)
    refusals = {
        409: {"starts": evening(21).isoformat(), "tables": here},
        412: {"version": "7", "tables": here},
        404: {"tables": "9999999"},
        422: {"tables": "x"},
    }
    with nothing_changes():
        small = move(browser, booking, tables=str(other.pk))
        assert [move(browser, booking, **fields).status_code for fields in refusals.values()] == list(refusals)
        assert "Move anyway" in small.content.decode()
        waiter = move(house.browser("waiter"), booking, tables=str(other.pk), force="1")
        assert house.browser("kitchen").post(f"/host/bookings/{booking.pk}/move/").status_code == 403
    assert (small.status_code, waiter.status_code) == (422, 403)
    assert "Move anyway" not in waiter.content.decode()
    assert move(browser, booking, tables=str(other.pk), force="1").status_code == 200
    assert [hold.table for hold in booking.holds.all()] == [other]
