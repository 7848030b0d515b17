"""Stations of a wall screen: it reads and acts for its own ones, or for all if it has none."""

import pytest

from bistro.core.tests.factories import DeviceFactory, token_of
from bistro.core.tests.http import Api, nothing_changes, refused
from kitchen.models import Route
from kitchen.services.stations import place_screen
from kitchen.tests.factories import StationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/tickets"


@pytest.fixture
def kitchen(house):
    """Create a screen at the bar, one without stations, and a ticket at each of two stations."""
    house.bar = StationFactory(restaurant=house.restaurant, name="Bar")
    beer = house.add_item(name="Beer")
    Route.objects.create(restaurant=house.restaurant, station=house.bar, item=beer)
    device = DeviceFactory(restaurant=house.restaurant, kind="kitchen")
    place_screen(device_id=device.pk, station_ids=[house.bar.pk], actor=house.actor("manager"))
    house.at_the_bar = Api(f"Device {token_of(device)}")
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1}, {"item": beer.pk, "quantity": 1}])
    house.food, house.drink = house.tickets(order)
    return house


def test_it_lists_its_own(kitchen):
    def ids(api):
        return [ticket["id"] for ticket in api.get(PATH).json()["results"]]

    assert ids(kitchen.at_the_bar) == [kitchen.drink["id"]]
    assert ids(kitchen.api("screen")) == [kitchen.food["id"], kitchen.drink["id"]]
    assert ids(kitchen.api("kitchen")) == [kitchen.food["id"], kitchen.drink["id"]]


@pytest.mark.parametrize("what", ["start", "bump", "recall", "push"])
def test_it_acts_on_its_own(kitchen, what):
    body = {"station": kitchen.bar.pk} if what == "push" else None
    with nothing_changes():
        refused(kitchen.at_the_bar.post(f"{PATH}/{kitchen.food['id']}/{what}", body), 404, "ticket_not_found")
        missing = kitchen.at_the_bar.post(f"{PATH}/999999/{what}", body)
        assert kitchen.at_the_bar.post(f"{PATH}/{kitchen.food['id']}/{what}", body).content == missing.content


def test_so_it_does_on_lines(kitchen):
    line = kitchen.food["lines"][0]["id"]
    with nothing_changes():
        assert kitchen.at_the_bar.post(f"/api/v1/ticket-lines/{line}/bump").status_code == 404
    kitchen.done(kitchen.at_the_bar.post(f"/api/v1/ticket-lines/{kitchen.drink['lines'][0]['id']}/bump"))


def test_it_may_push_away_what_it_has(kitchen):
    kitchen.done(kitchen.at_the_bar.post(f"{PATH}/{kitchen.drink['id']}/push", {"station": kitchen.station.pk}))
    assert kitchen.at_the_bar.get(PATH, {"status": "open"}).json()["count"] == 0


def test_one_without_stations_acts_on_all(kitchen):
    for ticket in (kitchen.food, kitchen.drink):
        assert kitchen.api("screen").post(f"{PATH}/{ticket['id']}/bump").json()["status"] == "done"
    assert kitchen.api("kitchen").get(PATH, {"status": "open"}).json()["count"] == 0
