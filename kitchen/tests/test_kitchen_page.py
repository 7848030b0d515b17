"""The kitchen wall as a page: permissions, content, actions with and without htmx, and queries."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from bistro.core.speed.statement_batch import takes_several
from bistro.core.tests.factories import DeviceFactory, token_of
from bistro.core.tests.http import nothing_changes
from bistro.core.tests.round_trips import FEED_POSITION
from kitchen.models import Route
from kitchen.services.stations import place_screen
from kitchen.tests.factories import StationFactory
from menu.models import Item
from menu.tests.factories import ModifierFactory, ModifierGroupFactory, state

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/kitchen/"}
BOTH = pytest.mark.parametrize("htmx", [True, False])


@pytest.fixture
def cook(house):
    return house.browser("kitchen")


def text_of(response) -> str:
    assert response.status_code == 200, response.content
    return response.content.decode()


def wall_of(house, *stations) -> Client:
    """Return a browser on a wall, logged in by its device cookie."""
    device = DeviceFactory(restaurant=house.restaurant, kind="kitchen")
    place_screen(device_id=device.pk, station_ids=[station.pk for station in stations], actor=house.actor("manager"))
    browser = Client()
    browser.cookies["bistro_device"] = token_of(device)
    return browser


# --- the page --------------------------------------------------------------------------------------------------------
def test_nobody_is_sent_to_the_login(house):
    response = Client().get("/kitchen/")
    assert (response.status_code, response["Location"]) == (302, "/login/?next=%2Fkitchen%2F")


@pytest.mark.parametrize("role", ["host", "cashier"])
def test_who_has_no_business_there(house, role):
    assert house.browser(role).get("/kitchen/").status_code == 403
    browser = Client()
    browser.cookies["bistro_device"] = token_of(house.pad.device)
    assert browser.get("/kitchen/").status_code == 403


def test_an_empty_wall(house, cook):
    text = text_of(cook.get("/kitchen/"))
    assert "No tickets." in text
    assert 'data-live-url="/ws/kitchen/all/"' in text
    assert 'data-soon="300" data-late="600"' in text


def test_a_ticket_says_what_to_cook(house, cook):
    group = ModifierGroupFactory(item=house.item, max=3)
    bacon = ModifierFactory(group=group, name="Bacon")
    state(house.item, ["nuts", "milk"])
    line = {
        "item": house.item.pk,
        "quantity": 3,
        "modifiers": [bacon.pk],
        "allergies": ["nuts"],
        "note": "no salt",
        "seat": 2,
        "course": 2,
    }
    order = house.place(lines=[line], note="birthday")
    text = text_of(cook.get("/kitchen/"))
    assert f'id="ticket-{order["id"]}-0"' in text, "on the board of all stations a ticket is a firing of its order"
    for part in (house.table.name, "#1", "Bacon", "“no salt”", "seat 2", "course 2", "birthday", house.pad.device.name):
        assert part in text
    assert re.search(r'class="line__quantity">3<', text)
    assert "⚠ ALLERGY nuts · IN THIS DISH" in text


@pytest.mark.parametrize(
    ("seconds", "age", "word"), [(0, "new", ""), (299, "new", ""), (301, "soon", "soon"), (601, "late", "late")]
)
def test_age_is_a_colour_a_word_and_a_mark(house, cook, seconds, age, word):
    house.place()
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
        text = text_of(cook.get("/kitchen/"))
    assert f'data-age="{age}"' in text
    assert re.search(rf"data-age-word>{word}<.*?data-age-mark .*?#m-{word or 'soon'}\"", text)


def test_the_restaurants_own_thresholds(house, cook):
    house.restaurant.soon_seconds, house.restaurant.late_seconds = 60, 120
    house.restaurant.save()
    Item.objects.filter(pk=house.item.pk).update(prep_minutes=1)
    house.place()
    with time_machine.travel(timezone.now() + timedelta(seconds=90)):
        assert 'data-age="soon"' in text_of(cook.get("/kitchen/"))


def test_stations_and_also_at(house, cook):
    bar, beer = StationFactory(restaurant=house.restaurant, name="Bar"), house.add_item(name="Beer")
    Route.objects.create(restaurant=house.restaurant, station=bar, item=beer)
    house.place(lines=[{"item": house.item.pk, "quantity": 1}, {"item": beer.pk, "quantity": 1}])
    everything = text_of(cook.get("/kitchen/"))
    assert everything.count('class="ticket"') == 1
    assert f"<strong>{house.station.name} · Bar</strong>" in everything
    at_the_bar = text_of(cook.get(f"/kitchen/{bar.pk}/"))
    assert at_the_bar.count('class="ticket"') == 1
    assert "Beer" in at_the_bar
    assert f"ALSO AT {house.station.name}" in at_the_bar
    assert f'data-live-url="/ws/kitchen/{bar.pk}/"' in at_the_bar


def test_a_wall_at_one_station_is_sent_there(house):
    bar = StationFactory(restaurant=house.restaurant)
    wall = wall_of(house, bar)
    response = wall.get("/kitchen/")
    assert (response.status_code, response["Location"]) == (302, f"/kitchen/{bar.pk}/")
    assert wall.get(f"/kitchen/{bar.pk}/").status_code == 200
    assert wall.get(f"/kitchen/{house.station.pk}/").status_code == 404
    assert wall_of(house).get("/kitchen/").status_code == 200


def test_what_was_typed_is_text_not_markup(house, cook):
    house.place(note="<script>alert(1)</script>", lines=[{"item": house.item.pk, "quantity": 1, "note": "<b>x</b>"}])
    text = text_of(cook.get("/kitchen/"))
    assert "<script>alert" not in text
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text


def test_looking_confirms_nothing(house, cook):
    """A loaded page may be in a hidden tab, so only its socket's report confirms."""
    house.place()
    with nothing_changes():
        cook.get("/kitchen/")


def test_the_number_of_queries_does_not_grow(house, cook, django_assert_num_queries):
    for _ in range(3):
        house.place("waiter", table=house.add_table().pk)
    cook.get("/kitchen/")
    with django_assert_num_queries(18 + FEED_POSITION):
        cook.get("/kitchen/")
    for _ in range(27):
        house.place("waiter", table=house.add_table().pk, lines=[{"item": house.item.pk, "quantity": 1}] * 3)
    with django_assert_num_queries(18 + FEED_POSITION):
        assert text_of(cook.get("/kitchen/")).count('class="ticket"') == 30


# --- actions ---------------------------------------------------------------------------------------------------------
@BOTH
def test_start_and_bump(house, cook, htmx):
    order = house.place()
    (ticket,) = house.tickets(order)
    for act, status in (("start", "preparing"), ("bump", "ready"), ("recall", "preparing")):
        response = cook.post(f"/kitchen/tickets/{ticket['id']}/{act}/", headers=HTMX if htmx else {})
        if htmx:
            text = text_of(response)
            assert "<html" not in text
            gone = f'<li id="ticket-{order["id"]}-0" hx-swap-oob="delete">'
            assert (gone in text) == (act == "bump")
        else:
            assert (response.status_code, response["Location"]) == (302, "/kitchen/")
        assert house.status(order) == status


@BOTH
def test_bump_a_line(house, cook, htmx):
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1}] * 2)
    (ticket,) = house.tickets(order)
    response = cook.post(f"/kitchen/lines/{ticket['lines'][0]['id']}/bump/", headers=HTMX if htmx else {})
    assert response.status_code == (200 if htmx else 302)
    assert [line["status"] for line in house.tickets(order)[0]["lines"]] == ["done", "queued"]


@BOTH
@pytest.mark.parametrize(
    ("act", "status", "words"), [("bump", 409, "already bumped"), ("start", 409, "already bumped")]
)
def test_too_late_says_so(house, cook, htmx, act, status, words):
    (ticket,) = house.tickets(house.reach("ready"))
    with nothing_changes():
        response = cook.post(f"/kitchen/tickets/{ticket['id']}/{act}/", headers=HTMX if htmx else {})
    assert response.status_code == status
    text = response.content.decode()
    assert words in text
    assert 'role="alert"' in text
    assert ("<html" in text) != htmx


@BOTH
def test_a_cancelled_order_is_not_cooked(house, cook, htmx):
    (ticket,) = house.tickets(house.reach("cancelled"))
    with nothing_changes():
        response = cook.post(f"/kitchen/tickets/{ticket['id']}/bump/", headers=HTMX if htmx else {})
    assert response.status_code == 422
    assert "is cancelled" in response.content.decode()


def test_an_act_answers_with_the_board_that_asked(house, cook, django_assert_num_queries):
    """An action on a station's wall answers with that wall's tickets of the order; the socket brings the rest.

    A plain form returns to that wall.
    """
    bar = StationFactory(restaurant=house.restaurant, name="Bar")
    first, second = house.place(), house.place()
    (ticket,), (other,) = house.tickets(first), house.tickets(second)
    address = f"/kitchen/{house.station.pk}/"
    for station, shown in ((house.station, True), (bar, False)):
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/kitchen/{station.pk}/"}
        with django_assert_num_queries((24 if shown else 16) - takes_several(connection) * shown):
            text = text_of(cook.post(f"/kitchen/tickets/{ticket['id']}/start/", headers=headers))
        assert (f'<li id="ticket-{ticket["id"]}" data-order' in text) == shown
        assert f"ticket-{other['id']}" not in text
    response = cook.post(f"/kitchen/tickets/{ticket['id']}/bump/", headers={"Referer": f"http://testserver{address}"})
    assert (response.status_code, response["Location"]) == (302, address)


def test_a_bump_asks_little_however_much_stands_there(house, cook, django_assert_num_queries):
    """Queries: the actor (4), the board's name, the unit of work (15, its savepoint twice), the answer (3)."""
    tickets = [house.tickets(house.place())[0]["id"] for _ in range(4)]
    headers = {**HTMX, "HX-Current-URL": f"http://testserver/kitchen/{house.station.pk}/"}
    for ticket in tickets:
        with django_assert_num_queries(25 - takes_several(connection)):  # events are written with their numbers
            assert cook.post(f"/kitchen/tickets/{ticket}/bump/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "referer", ["", "nonsense", "http://elsewhere/999999", "http://x/" + "9" * 30, "http://x/kitchen/?a=1"]
)
def test_an_odd_referer_goes_to_some_board_of_ones_own(house, cook, referer):
    (ticket,) = house.tickets(house.place())
    response = cook.post(f"/kitchen/tickets/{ticket['id']}/bump/", headers={"Referer": referer})
    assert response.status_code == 302
    assert response["Location"].startswith("/kitchen/")


@pytest.mark.parametrize("role", ["waiter", "host", "cashier"])
def test_who_may_not_cook(house, role):
    (ticket,) = house.tickets(house.place())
    browser = house.browser(role)
    for path in ("tickets/{}/start/", "tickets/{}/bump/", "tickets/{}/recall/"):
        with nothing_changes():
            assert browser.post(f"/kitchen/{path.format(ticket['id'])}").status_code == 403
    with nothing_changes():
        assert browser.post(f"/kitchen/lines/{ticket['lines'][0]['id']}/bump/").status_code == 403


def test_a_wall_cooks_by_its_cookie_with_csrf(house):
    (ticket,) = house.tickets(house.place())
    wall = wall_of(house)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["bistro_device"] = wall.cookies["bistro_device"].value
    with nothing_changes():
        assert strict.post(f"/kitchen/tickets/{ticket['id']}/bump/").status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text_of(strict.get("/kitchen/")))[1]
    response = strict.post(f"/kitchen/tickets/{ticket['id']}/bump/", headers={**HTMX, "X-CSRFToken": token})
    assert response.status_code == 200


def test_acts_are_posts(house, cook):
    (ticket,) = house.tickets(house.place())
    for act in ("start", "bump", "recall"):
        assert cook.get(f"/kitchen/tickets/{ticket['id']}/{act}/").status_code == 405
    assert cook.get(f"/kitchen/lines/{ticket['lines'][0]['id']}/bump/").status_code == 405
    assert cook.post("/kitchen/").status_code == 405


def test_what_was_bumped_can_be_brought_back(house, cook):
    order = house.reach("ready")
    (ticket,) = house.tickets(order)
    assert f"/kitchen/tickets/{ticket['id']}/recall/" in text_of(cook.get("/kitchen/"))
    house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/deliver"))
    assert f"/kitchen/tickets/{ticket['id']}/recall/" not in text_of(cook.get("/kitchen/"))


def test_all_day_counts_what_is_still_to_be_made(house, cook):
    house.place(quantity=2)
    house.place(quantity=3)
    house.reach("ready", quantity=4)
    text = text_of(cook.get("/kitchen/"))
    assert re.search(rf'all-day__quantity">5</span>\s*<span[^>]*>{re.escape(house.item.name)}<', text)
