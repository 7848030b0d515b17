"""The pass as a page: its content, its actions with and without htmx, permissions and queries."""

import pytest
from django.test import Client

from bistro.core.tests.factories import DeviceFactory, token_of
from bistro.core.tests.http import nothing_changes
from bistro.core.tests.round_trips import FEED_POSITION
from kitchen.models import Screen
from kitchen.services.stations import place_screen
from orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/kitchen/expo/"}
BOTH = pytest.mark.parametrize("htmx", [True, False])


@pytest.fixture
def expediter(house):
    return house.browser("kitchen")


def text_of(response):
    assert response.status_code == 200, response.content
    return response.content.decode()


def wall_of(device):
    browser = Client()
    browser.cookies["bistro_device"] = token_of(device)
    return browser


def test_an_empty_pass(house, expediter):
    text = text_of(expediter.get("/kitchen/expo/"))
    assert "Nothing on the pass." in text
    assert "No courses waiting." in text
    assert 'data-live-url="/ws/kitchen/expo/"' in text


def test_ready_orders_come_first(house, expediter, other_house):
    other_house.place()
    waiting, ready = house.place(), house.reach("ready")
    text = text_of(expediter.get("/kitchen/expo/"))
    assert text.index(f'id="pass-{ready["id"]}"') < text.index(f'id="pass-{waiting["id"]}"')
    assert text.count("<strong>READY</strong>") == 1
    assert text.count('class="ticket pass-order"') == 2
    assert f"{house.station.name}: queued" in text
    assert f"/kitchen/orders/{waiting['id']}/deliver/" in text  # the form's address without htmx
    assert f'id="deliver-{waiting["id"]}"' not in text


@BOTH
def test_tick_and_take_away(house, expediter, htmx):
    order = house.reach("ready")
    line = house.tickets(order)[0]["lines"][0]["id"]
    for value, ticked in (("yes", True), ("no", False), ("yes", True)):
        response = expediter.post(f"/kitchen/lines/{line}/plate/", {"plated": value}, headers=HTMX if htmx else {})
        assert response.status_code == (200 if htmx else 302)
        assert ("data-plated" in text_of(expediter.get("/kitchen/expo/"))) == ticked
    response = expediter.post(f"/kitchen/orders/{order['id']}/deliver/", headers=HTMX if htmx else {})
    if htmx:
        assert f'<li id="pass-{order["id"]}" hx-swap-oob="delete">' in text_of(response)
    else:
        assert (response.status_code, response["Location"]) == (302, "/kitchen/expo/")
    assert house.status(order) == "delivered"


@BOTH
def test_what_is_not_ready_stays(house, expediter, htmx):
    order = house.place()
    line = house.tickets(order)[0]["lines"][0]["id"]
    for path, status in ((f"orders/{order['id']}/deliver/", 422), (f"lines/{line}/plate/", 409)):
        with nothing_changes():
            response = expediter.post(f"/kitchen/{path}", headers=HTMX if htmx else {})
        assert response.status_code == status
        assert 'role="alert"' in response.content.decode()


@BOTH
def test_the_expediter_fires(house, expediter, htmx):
    house.hold_courses()
    line = {"item": house.item.pk, "quantity": 2}
    order = house.place(lines=[{**line, "course": 1}, {**line, "course": 2}])
    path = f"/kitchen/orders/{order['id']}/courses/2/fire/"
    text = text_of(expediter.get("/kitchen/expo/"))
    assert path in text
    assert "fire by hand" in text
    response = expediter.post(path, headers=HTMX if htmx else {})
    assert response.status_code == (200 if htmx else 302)
    assert len(house.tickets(order)) == 2
    assert "No courses waiting." in text_of(expediter.get("/kitchen/expo/"))
    with nothing_changes():
        assert expediter.post(path, headers=HTMX if htmx else {}).status_code == 409


def test_another_restaurants_order(house, expediter, other_house):
    order = other_house.reach("ready")
    line = other_house.tickets(order)[0]["lines"][0]["id"]
    paths = (f"orders/{order['id']}/deliver/", f"orders/{order['id']}/courses/1/fire/", f"lines/{line}/plate/")
    for path in paths:
        with nothing_changes():
            assert expediter.post(f"/kitchen/{path}").status_code == 404


@pytest.mark.parametrize(("role", "status"), [("waiter", 200), ("host", 403), ("cashier", 403)])
def test_who_sees_it(house, role, status):
    assert house.browser(role).get("/kitchen/expo/").status_code == status


def test_which_screens_show_it(house):
    device = DeviceFactory(restaurant=house.restaurant, kind="kitchen")
    browser = wall_of(device)
    assert browser.get("/kitchen/expo/").status_code == 200
    place_screen(device_id=device.pk, station_ids=[house.station.pk], actor=house.actor("manager"))
    response = browser.get("/kitchen/expo/")
    assert (response.status_code, response["Location"]) == (302, "/kitchen/")
    Screen.objects.filter(device=device).update(layout=Screen.Layout.EXPO)
    assert browser.get("/kitchen/expo/").status_code == 200
    response = browser.get("/kitchen/")
    assert (response.status_code, response["Location"]) == (302, "/kitchen/expo/")


def test_the_number_of_queries_does_not_grow(house, expediter, django_assert_num_queries):
    for _ in range(2):
        house.place("waiter", table=house.add_table().pk)
    expediter.get("/kitchen/expo/")
    with django_assert_num_queries(11 + FEED_POSITION):
        expediter.get("/kitchen/expo/")
    for _ in range(10):
        house.place("waiter", table=house.add_table().pk)
    with django_assert_num_queries(11 + FEED_POSITION):
        assert text_of(expediter.get("/kitchen/expo/")).count('class="ticket pass-order"') == 12
    assert Order.objects.count() == 12
