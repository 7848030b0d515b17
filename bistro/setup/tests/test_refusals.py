"""Refusals of the set-up: a sentence beside the field, what was typed is kept, nothing changes."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bistro.core.kernel.opening_times import Service, overlap
from bistro.core.models import Event, Invitation, OpeningException, OpeningHours, Restaurant, Staff
from bistro.core.services.hours import add_opening_exception
from bistro.core.tests.factories import MembershipFactory, RestaurantFactory
from bistro.setup.models import SkippedStep
from kitchen.models import Route, Station
from menu.models import Item, Tax
from tables.models import Section, Table

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MODELS = (
    Event, Invitation, Item, OpeningException, OpeningHours, Restaurant, Route, Section, SkippedStep, Staff, Station,
    Table, Tax,
)  # fmt: skip
HOUSE = {
    "name": "Linde", "address": "Street 1", "language": "en", "currency": "EUR", "locale": "de_DE",
    "timezone": "Europe/Berlin", "day_ends_at": "04:00",
}  # fmt: skip
ROWS = {"section": "Room", "count": "4", "seats": "4", "word": "Table", "first": "1"}
LOGIN = {"name": "Ana", "email": "ana@linde.example", "password": "seven red pears", "again": "seven red pears"}
TAX = {"kind": "both", "tax_mode": "added", "rate": "19", "take_away": "7", "drinks": "19"}
DAY = {"day": "2030-01-01", "opens": "10:00", "closes": "12:00"}
# (address, what is typed, the field of the sentence or None, its begin, a typed value that stays)
REFUSED = [
    ("account/", LOGIN | {"password": "short", "again": "short"}, "password", "This password is too", "Ana"),
    ("account/", LOGIN | {"again": "another"}, "again", "The two passwords differ", "ana@linde.example"),
    ("account/", LOGIN | {"email": "taken@linde.example"}, "email", "This e-mail address is already", "Ana"),
    ("restaurant/", HOUSE | {"address": " "}, "address", "This field is required", "Linde"),
    ("restaurant/", HOUSE | {"phone": "12"}, "phone", "12 is not a phone number", "Street 1"),
    ("restaurant/", HOUSE | {"timezone": "Mars/Base"}, "timezone", "Select a valid choice", "Street 1"),
    ("restaurant/", HOUSE | {"currency": "JPY"}, "currency", "Dishes or choices have prices", "Street 1"),
    ("hours/", {"opens_0_0": "10:00"}, "closes_0_0", "Give both times", "10:00"),
    ("hours/", {"opens_0_0": "10:00", "closes_0_0": "10:00"}, "closes_0_0", "It opens and closes", "10:00"),
    ("hours/", {"opens_0_0": "25:00", "closes_0_0": "10:00"}, "opens_0_0", "Enter a valid time", "25:00"),
    ("hours/", {"opens_6_0": "18:00", "closes_6_0": "02:00", "opens_0_0": "01:00", "closes_0_0": "05:00"},
     "opens_6_0", "It overlaps with another service: Monday, 01:00 to 05:00", "02:00"),
    ("hours/days/", {"day": "2001-01-01", "reason": "Party"}, "day", "This day is past", "Party"),
    ("hours/days/", DAY | {"closes": "", "reason": "Party"}, "closes", "Give both times", "Party"),
    ("hours/days/", DAY | {"day": "2030-12-24"}, "day", "2030-12-24 is listed already", "10:00"),
    ("tax/", TAX | {"rate": "a lot"}, "rate", "“a lot” is not a tax", "a lot"),
    ("tax/", TAX | {"drinks": "120"}, "drinks", "“120” is more than 100", "120"),
    ("tax/", TAX | {"take_away": ""}, "take_away", "This field is required", "19"),
    ("menu/sample/", {"sample": "cafe"}, None, "There are dishes already", ""),
    ("stations/", {"names": "Grill\ngrill"}, "names", "A name is there twice", "Grill"),
    ("stations/", {"names": "Grill\nPass"}, "names", "There is already a station “Pass”", "Grill"),
    ("stations/", {"names": "x" * 61}, "names", "1 to 30 names", "x" * 61),
    ("room/", ROWS | {"count": "201"}, "count", "Ensure this value is less", "Table"),
    ("room/", ROWS | {"seats": "none"}, "seats", "Enter a whole number", "none"),
    ("room/", ROWS | {"first": "7"}, "first", "There is already a table “Table 8”", "Room"),
    ("staff/", {"email": "no address", "role": "waiter"}, "email", "Enter a valid email", "no address"),
    ("staff/", {"email": "", "role": "waiter", "by_mail": "1"}, "email", "Enter the address to which", ""),
    ("staff/", {"email": "", "role": "king"}, "role", "Select a valid choice", ""),
    ("skip/", {"step": "menu"}, None, "This step cannot be skipped", ""),
]  # fmt: skip


def rows():
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


def test_what_is_refused_stays_on_the_page_and_changes_nothing(house):
    owner = house.browser("owner")
    Staff.objects.filter(pk=house.staff("owner").pk).update(password_is_one_time=True)
    MembershipFactory(restaurant=house.restaurant, staff__email="taken@linde.example")
    house.station.name = "Pass"
    house.station.save()
    house.add_table(name="Table 8")
    closed = {"day": "2030-12-24", "opens": "", "closes": "", "reason": ""}
    assert owner.post("/setup/hours/days/", closed).status_code == 302
    for path, typed, field, sentence, stays in REFUSED:
        before = rows()
        answer = owner.post(f"/setup/{path}", typed)
        page = html.unescape(answer.content.decode())
        assert answer.status_code == 422, (path, typed, answer.status_code)
        found = re.search(rf'id="id_{field}_error">(.*?)</div>', page, re.DOTALL) if field else None
        assert found or not field, (path, typed, re.findall(r'class="problem".*?</p>', page, re.DOTALL))
        said = found[1] if found else page
        assert sentence in said, (path, typed, said if field else sentence)
        assert stays in page, (path, typed)
        assert field is None or re.search(rf'<\w+ [^>]*name="{field}"[^>]*aria-invalid="true"', page), (path, field)
        assert field is None or re.findall(r'name="(\w+)"[^>]* autofocus', page) == [field], (
            "the browser goes to the error"
        )
        assert rows() == before, (path, typed)


def test_a_manager_invites_no_owner_and_nobody_touches_another_house(house, other_house):
    manager = house.browser("manager")
    answer = manager.post("/setup/staff/", {"email": "", "role": "owner"})
    assert (answer.status_code, Invitation.objects.exists()) == (422, False)
    theirs = add_opening_exception(
        day=OpeningException._meta.get_field("day").to_python("2030-12-24"),
        opens=None, closes=None, reason="", actor=other_house.actor("owner"),
    )  # fmt: skip
    assert manager.post(f"/setup/hours/days/{theirs.pk}/remove/").status_code == 404
    foreign = {f"category_{house.category.pk}": other_house.station.pk}
    assert manager.post("/setup/stations/routes/", foreign).status_code == 422
    assert OpeningException.objects.count() == 1
    assert not Route.objects.exists()
    assert manager.post("/setup/account/", LOGIN).status_code == 422, "the login is their own already"


def test_past_days_leave_room_for_new_ones(house, monkeypatch):
    monkeypatch.setattr("bistro.core.services.hours.MOST_EXCEPTIONS", 1)
    OpeningException.objects.create(restaurant=house.restaurant, day=date(2020, 12, 24))
    owner, first = house.browser("owner"), {"day": "2040-12-24", "opens": "", "closes": "", "reason": ""}
    assert owner.post("/setup/hours/days/", first).status_code == 302
    full = owner.post("/setup/hours/days/", first | {"day": "2040-12-25"})
    assert (full.status_code, "from today on are listed" in full.content.decode()) == (422, True)
    assert OpeningException.objects.count() == 2


def test_a_station_has_its_name_in_any_letters(house):
    house.station.name = "Grill"
    house.station.save()
    answer = house.browser("owner").post("/setup/stations/", {"names": "GRILL"})
    assert (answer.status_code, "already a station “GRILL”" in answer.content.decode()) == (422, True)
    assert Station.objects.of_restaurant(house.restaurant.pk).count() == 1


def test_the_overview_costs_the_same_for_a_full_house(house):
    owner = house.browser("owner")
    assert "can take orders" not in owner.get("/setup/").content.decode()
    quiet = _queries(owner, "/setup/")
    # One of them for all steps, one for the rail; the others are those of every page, with a manager's alarms.
    assert len(quiet) <= 17, quiet
    assert sum("skippedstep" in query["sql"] for query in quiet) == 2
    for _ in range(5):
        house.add_item()
        house.add_table()
        MembershipFactory(restaurant=house.restaurant)
    assert len(_queries(owner, "/setup/")) == len(quiet)


def test_the_rail_asks_nothing_for_other_roles(house):
    assert "skippedstep" not in str(_queries(house.browser("waiter"), "/me/"))
    assert "skippedstep" in str(_queries(house.browser("owner"), "/me/"))


def _queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    return seen.captured_queries


def test_services_past_midnight_may_touch_and_not_overlap():
    late = Service(6, _at("18:00"), _at("02:00"))
    assert overlap([late, Service(0, _at("02:00"), _at("05:00"))]) is None
    assert overlap([late, Service(0, _at("01:59"), _at("05:00"))]) is not None
    assert overlap([Service(2, _at("00:00"), _at("00:00")), Service(3, _at("00:00"), _at("01:00"))]) is None


def test_a_skipped_room_is_not_missing():
    member = MembershipFactory(role="owner", restaurant=RestaurantFactory(address="Street 1"))
    owner = Client()
    owner.force_login(member.staff)
    assert owner.post("/setup/skip/", {"step": "room"}).status_code == 302
    assert owner.post("/setup/skip/", {"step": "room"}).status_code == 302
    assert Event.objects.filter(action="skipped").count() == 1
    page = owner.get("/setup/").content.decode()
    assert "3 steps are missing" in page
    assert owner.post("/setup/skip/", {"step": "room", "again": "1"}).status_code == 302
    assert not SkippedStep.objects.exists()
    assert owner.post("/setup/skip/", {"step": "nonsense"}).status_code == 404


def _at(text):
    return OpeningHours._meta.get_field("opens").to_python(text)
