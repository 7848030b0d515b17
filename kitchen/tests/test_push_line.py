"""Pushes of one line to another station, and dishes that several stations make."""

import pytest

from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Route
from kitchen.tests.factories import StationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def fry(house):
    return StationFactory(restaurant=house.restaurant, name="Fry")


@pytest.fixture
def three(house):
    house.order_json = house.place(lines=[{"item": house.item.pk, "quantity": place} for place in (1, 2, 3)])
    return house


def push(house, line, station, role="kitchen"):
    return house.api(role).post(f"/api/v1/ticket-lines/{line['id']}/push", {"station": station})


def shown(house):
    return [
        (ticket["station_name"], ticket["status"], [line["quantity"] for line in ticket["lines"]])
        for ticket in house.tickets(house.order_json)
    ]


def test_it_goes_to_a_ticket_of_the_same_age_and_the_next_joins_it(three, fry):
    (ticket,) = three.tickets(three.order_json)
    there = three.done(push(three, ticket["lines"][0], fry.pk))
    assert (there["station"], there["fired_at"], there["status"]) == (fry.pk, ticket["fired_at"], "queued")
    three.done(push(three, ticket["lines"][1], fry.pk))
    assert shown(three) == [(three.station.name, "queued", [3]), ("Fry", "queued", [1, 2])]


def test_what_is_left_behind_is_done_when_all_of_it_was(three, fry):
    (ticket,) = three.tickets(three.order_json)
    for line in ticket["lines"][:2]:
        three.done(three.api("kitchen").post(f"/api/v1/ticket-lines/{line['id']}/bump"))
    three.done(push(three, ticket["lines"][2], fry.pk))
    assert shown(three) == [(three.station.name, "done", [1, 2]), ("Fry", "queued", [3])]
    assert three.status(three.order_json) == "preparing"


def test_the_last_line_empties_its_ticket(house, fry):
    house.order_json = house.place()
    (ticket,) = house.tickets(house.order_json)
    house.done(push(house, ticket["lines"][0], fry.pk))
    assert shown(house) == [(house.station.name, "cancelled", []), ("Fry", "queued", [1])]


def test_a_dish_that_both_make_is_not_made_twice_at_one(house, fry):
    for station in (house.station, fry):
        Route.objects.create(restaurant=house.restaurant, station=station, item=house.item)
    house.order_json = house.place()
    assert shown(house) == [(house.station.name, "queued", [1]), ("Fry", "queued", [1])]
    first = house.tickets(house.order_json)[0]
    house.done(push(house, first["lines"][0], fry.pk))
    assert shown(house) == [(house.station.name, "cancelled", []), ("Fry", "queued", [1])]


@pytest.mark.parametrize("what", ["line", "ticket"])
def test_what_comes_is_to_be_made_also_where_their_own_part_of_it_is_done(house, fry, what):
    """Otherwise the dish would be on no open ticket, and its order never be delivered."""
    for station in (house.station, fry):
        Route.objects.create(restaurant=house.restaurant, station=station, item=house.item)
    house.order_json = house.place()
    first, second = house.tickets(house.order_json)
    cook = house.api("kitchen")
    house.done(cook.post(f"/api/v1/tickets/{second['id']}/bump"))
    if what == "line":
        house.done(push(house, first["lines"][0], fry.pk))
    else:
        house.done(cook.post(f"/api/v1/tickets/{first['id']}/push", {"station": fry.pk}))
    _, there = house.tickets(house.order_json)
    assert (there["status"], [line["status"] for line in there["lines"]]) == ("started", ["queued"])
    house.done(cook.post(f"/api/v1/tickets/{second['id']}/bump"))
    house.done(house.api("waiter").post(f"/api/v1/orders/{house.order_json['id']}/deliver"))
    assert house.status(house.order_json) == "delivered"


def test_it_is_ready_only_when_every_station_is_done_with_it(house, fry):
    for station in (house.station, fry):
        Route.objects.create(restaurant=house.restaurant, station=station, item=house.item)
    house.order_json = house.place()
    for ticket, status in zip(house.tickets(house.order_json), ("preparing", "ready"), strict=True):
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
        assert house.status(house.order_json) == status


def test_what_cannot_be_pushed(three, fry):
    (ticket,) = three.tickets(three.order_json)
    for wrong in (three.station.pk, 999_999):
        with nothing_changes():
            refused(push(three, ticket["lines"][0], wrong), 422, "validation_error")
    three.done(three.api("kitchen").post(f"/api/v1/ticket-lines/{ticket['lines'][0]['id']}/bump"))
    with nothing_changes():
        refused(push(three, ticket["lines"][0], fry.pk), 409, "conflict")
    three.done(three.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    with nothing_changes():
        refused(push(three, ticket["lines"][1], fry.pk), 409, "conflict")
