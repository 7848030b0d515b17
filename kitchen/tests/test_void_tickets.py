"""Voids of lines at several stations, and the status of the order that follows."""

import pytest

from kitchen.models import Route
from kitchen.tests.factories import StationFactory

pytestmark = pytest.mark.django_db


def void(house, line_id, role="waiter"):
    return house.done(house.api(role).post(f"/api/v1/order-lines/{line_id}/void", {"reason": "left"}))


def test_the_void_of_the_last_open_ticket_makes_the_order_ready(house):
    bar, beer = StationFactory(restaurant=house.restaurant), house.add_item()
    Route.objects.create(restaurant=house.restaurant, station=bar, item=beer)
    order = house.place(lines=[{"item": item.pk, "quantity": 1} for item in (house.item, beer)])
    food, drink = order["lines"]
    first = next(each for each in house.tickets(order) if each["station"] == bar.pk)
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{first['id']}/bump"))
    assert house.status(order) == "preparing"
    assert void(house, food["id"])["status"] == "ready"
    assert void(house, drink["id"], "manager")["status"] == "cancelled"
