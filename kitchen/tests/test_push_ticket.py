"""Pushes of an open ticket to another station."""

import json

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Route
from kitchen.tests.factories import StationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/tickets"


@pytest.fixture
def bar(house):
    return StationFactory(restaurant=house.restaurant, name="Bar")


@pytest.fixture
def both(house, bar):
    """Place an order with a ticket at each of two stations."""
    beer = house.add_item(name="Beer")
    Route.objects.create(restaurant=house.restaurant, station=bar, item=beer)
    house.order_json = house.place(lines=[{"item": house.item.pk, "quantity": 1}, {"item": beer.pk, "quantity": 1}])
    return house


def push(house, ticket, station, role="kitchen"):
    return house.api(role).post(f"{PATH}/{ticket['id']}/push", {"station": station})


def shown(house, order) -> list[tuple[str, str, list[str]]]:
    return [
        (ticket["station_name"], ticket["status"], [line["name"] for line in ticket["lines"]])
        for ticket in house.tickets(order)
    ]


def test_it_moves_with_its_lines_and_age(house, bar):
    order = house.place()
    (ticket,) = house.tickets(order)
    moved = house.done(push(house, ticket, bar.pk))
    assert (moved["id"], moved["station"], moved["status"]) == (ticket["id"], bar.pk, "queued")
    assert (moved["fired_at"], moved["version"]) == (ticket["fired_at"], 2)
    event = Event.objects.latest("seq")
    assert (event.type, event.action) == ("ticket_updated", "pushed")
    assert json.loads(event.data)["from_station"] == house.station.name
    assert house.status(order) == "placed"


def test_there_and_back(house, bar):
    order = house.place()
    (ticket,) = house.tickets(order)
    house.done(push(house, ticket, bar.pk))
    house.done(push(house, ticket, house.station.pk))
    assert shown(house, order) == [(house.station.name, "queued", [house.item.name])]


def test_where_the_order_has_a_ticket_the_lines_join_it(both, bar):
    first, second = both.tickets(both.order_json)
    joined = both.done(push(both, first, bar.pk))
    assert joined["id"] == second["id"]
    assert shown(both, both.order_json) == [
        (both.station.name, "cancelled", []),
        ("Bar", "queued", [both.item.name, "Beer"]),
    ]


def test_joined_they_are_bumped_together(both, bar):
    first, second = both.tickets(both.order_json)
    both.done(push(both, first, bar.pk))
    both.done(both.api("kitchen").post(f"{PATH}/{second['id']}/bump"))
    assert both.status(both.order_json) == "ready"


def test_joining_what_is_done_opens_it_again(both, bar):
    first, second = both.tickets(both.order_json)
    both.done(both.api("kitchen").post(f"{PATH}/{second['id']}/bump"))
    joined = both.done(push(both, first, bar.pk))
    assert (joined["id"], joined["status"], joined["done_at"]) == (second["id"], "started", None)
    assert [line["status"] for line in joined["lines"]] == ["queued", "done"]
    assert both.status(both.order_json) == "preparing"
    both.done(both.api("kitchen").post(f"{PATH}/{second['id']}/bump"))
    assert both.status(both.order_json) == "ready"


def test_joining_a_ticket_that_was_emptied_queues_it_again(both, bar):
    """No line is begun, so the reopened ticket is not in work."""
    first, second = both.tickets(both.order_json)
    both.done(push(both, first, bar.pk))
    back = both.done(push(both, second, both.station.pk))
    assert (back["id"], back["status"], back["started_at"]) == (first["id"], "queued", None)
    assert both.status(both.order_json) == "placed"
    assert shown(both, both.order_json) == [
        (both.station.name, "queued", [both.item.name, "Beer"]),
        ("Bar", "cancelled", []),
    ]


def test_what_was_begun_stays_begun(both, bar):
    first, second = both.tickets(both.order_json)
    both.done(both.api("kitchen").post(f"{PATH}/{first['id']}/start"))
    joined = both.done(push(both, first, bar.pk))
    assert (joined["id"], joined["status"]) == (second["id"], "started")
    assert joined["started_at"] is not None
    assert [line["status"] for line in joined["lines"]] == ["started", "queued"]


def test_the_emptied_ticket_is_gone_for_acts(both, bar):
    first, _second = both.tickets(both.order_json)
    both.done(push(both, first, bar.pk))
    for what in ("start", "bump", "recall"):
        with nothing_changes():
            response = both.api("kitchen").post(f"{PATH}/{first['id']}/{what}")
            assert response.status_code in (409, 422)
    with nothing_changes():
        refused(push(both, first, bar.pk), 409, "conflict")


def test_what_is_bumped_is_not_pushed(house, bar):
    (ticket,) = house.tickets(house.reach("ready"))
    with nothing_changes():
        refused(push(house, ticket, bar.pk), 409, "conflict")


@pytest.mark.parametrize("over", ["cancelled", "delivered"])
def test_nothing_once_the_order_is_over(house, bar, over):
    (ticket,) = house.tickets(house.reach(over))
    with nothing_changes():
        refused(push(house, ticket, bar.pk), 422, "invalid_order_status")


def test_the_station_must_be_another_of_this_kitchen(house, other_house, bar):
    closed = StationFactory(restaurant=house.restaurant, archived_at="2026-05-04T00:00:00Z")
    (ticket,) = house.tickets(house.place())
    for wrong in (house.station.pk, closed.pk, other_house.station.pk, 999_999):
        with nothing_changes():
            body = refused(push(house, ticket, wrong), 422, "validation_error")
        assert list(body["errors"]) == ["station"]


@pytest.mark.parametrize(
    "body", [None, {}, {"station": "Bar"}, {"station": 0}, {"station": True}, {"station": 1, "x": 1}, []]
)
def test_bad_input(house, bar, body):
    (ticket,) = house.tickets(house.place())
    with nothing_changes():
        refused(house.api("kitchen").post(f"{PATH}/{ticket['id']}/push", body), 422, "validation_error")


def test_an_edit_leaves_a_pushed_ticket_where_the_cook_put_it(house, bar):
    order = house.place()
    (ticket,) = house.tickets(order)
    house.done(push(house, ticket, bar.pk))
    line = {"id": order["lines"][0]["id"], "item": house.item.pk, "quantity": 2}
    house.done(house.api().put(f"/api/v1/orders/{order['id']}", {"lines": [line]}))
    assert shown(house, order) == [("Bar", "queued", [house.item.name] * 2)]
