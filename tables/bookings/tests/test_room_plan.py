"""The host's plan of a day: who sits where, and which booking comes next."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.models import Staff
from tables.bookings.tests.evenings import book, evening
from tables.models import Floor, Table

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def room(house):
    """Place the table of the house on its floor."""
    Floor.objects.filter(restaurant=house.restaurant).update(width=800, height=600)
    Table.objects.filter(pk=house.table.pk).update(x=100, y=50, width=80, height=80)


def plan(house, moment, role="host"):
    page = house.browser(role).get("/host/", {"day": moment.date().isoformat(), "view": "plan"}).content.decode()
    return re.sub(r"\s+", " ", page)


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_the_next_booking_stands_on_its_table_and_opens_it(house, room):
    booking = book(house, name="K <b>")
    page = plan(house, evening())
    assert 'viewBox="0 0 800 600"' in page
    assert 'transform="translate(140 90)"' in page
    assert f'href="/host/bookings/{booking.pk}/"' in page
    assert "<b>" not in page
    starts = booking.starts_at.astimezone(house.restaurant.tz)
    assert f"{house.table.name} {starts:%H:%M} 2 · K &lt;b&gt;" in words(page)
    assert 'data-state="reserved"' in page


def test_a_long_name_keeps_the_number_of_guests_and_is_whole_for_screen_readers(house, room):
    book(house, name="Alexandra von Hohenstein")
    page = plan(house, evening())
    assert "2 · Alexan…" in words(page)
    assert "2 · Alexandra von Hohenstein" in page, "in the name of the link"
    Table.objects.filter(pk=house.table.pk).update(width=130, height=80, rotation=90)
    assert "2 · Alexan…" in words(plan(house, evening()))
    Table.objects.filter(pk=house.table.pk).update(rotation=180)
    assert "2 · Alexandra von…" in words(plan(house, evening()))


def test_later_bookings_are_counted(house, room):
    book(house, evening(19))
    book(house, evening(22))
    assert "1 more" in words(plan(house, evening()))


def test_guests_who_sit_come_first_and_only_today(house, room):
    house.done(house.api("host").post("/api/v1/parties", {"table": house.table.pk, "size": 3}))
    now = timezone.now()
    today, tomorrow = plan(house, now), plan(house, now + timedelta(days=1))
    assert "3 · Walk-in" in words(today)
    assert "until" in words(today)
    assert 'data-state="seated"' in today
    assert "Walk-in" not in words(tomorrow)
    assert 'data-state="free"' in tomorrow


WALL = {"id": "w", "kind": "wall", "x": 0, "y": 0, "width": 800, "height": 5, "rotation": 90, "text": ""}
WORDS = {**WALL, "id": "t", "kind": "text", "text": "To <b>"}


def test_walls_and_texts_of_the_floor_are_drawn_with_points_in_every_language(house, room):
    assert 'class="floorplan"' not in plan(house, evening())
    Floor.objects.filter(restaurant=house.restaurant).update(fixtures=[WALL, WORDS])
    Table.objects.filter(pk=house.table.pk).update(width=81)
    browser = house.browser("host")
    Staff.objects.update(language="de")
    shown = re.sub(r"\s+", " ", browser.get("/host/", {"view": "plan"}).content.decode())
    assert '<html lang="de"' in shown
    assert 'data-fixture="wall" transform="translate(400 2.5) rotate(90)"><rect x="-400" y="-2.5" width="800"' in shown
    assert "To &lt;b&gt;" in shown
    assert 'x="-40.5" y="-40" width="81"' in shown


def test_a_house_without_places_and_another_house(house, other_house):
    Table.objects.filter(restaurant=house.restaurant).update(floor=None)
    assert other_house.table.floor_id is not None
    assert "No table has a place yet." in plan(house, evening())


def test_an_unknown_view_is_the_list(house, room):
    page = house.browser("host").get("/host/", {"view": "<plan>"}).content.decode()
    assert "To come" in page
    assert "&lt;plan&gt;" not in page
