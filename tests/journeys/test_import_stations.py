"""Stations in an imported menu: dishes are routed by name, and unknown names are said."""

import pytest

from kitchen.models import Route
from kitchen.tests.factories import StationFactory
from menu.files.checking import check_file
from menu.files.meanings import FileSettings
from menu.files.services import import_file
from menu.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def imported(house, *rows):
    data = "\n".join(["Kategorie;Name;Preis;Posten", *rows]).encode()
    return import_file(data=data, settings=FileSettings(), actor=house.actor("owner"))


def stations_of(name):
    return [route.station.name for route in Route.objects.filter(item__name=name).order_by("station__name")]


def test_dishes_go_to_the_stations_that_the_file_names(house):
    for name in ("Grill", "Bar"):
        StationFactory(restaurant=house.restaurant, name=name)
    assert imported(house, "A;Steak;20;grill", 'A;Punsch;5;"Bar, Grill"', "A;Brot;2;")["errors"] == []
    assert stations_of("Steak") == ["Grill"]
    assert stations_of("Punsch") == ["Bar", "Grill"]
    assert stations_of("Brot") == []
    again = imported(house, "A;Steak;20;Bar", 'A;Punsch;5;"Grill, Bar"', "A;Brot;2;")
    assert (again["changed"], again["unchanged"]) == (1, 2)
    assert stations_of("Steak") == ["Bar"]


def test_an_unknown_station_is_said_and_changes_no_route(house, other_house):
    StationFactory(restaurant=other_house.restaurant, name="Grill")
    data = b"Kategorie;Name;Preis;Posten\nA;Steak;20;Grill\n"
    checked = check_file(data, actor=house.actor("owner"), settings=FileSettings())
    (dish,) = checked.plan.dishes
    assert "There is no station “Grill”" in dish.remarks[0]
    assert imported(house, "A;Steak;20;Grill")["errors"] == []
    assert Item.objects.filter(name="Steak").exists()
    assert not Route.objects.filter(item__name="Steak").exists()
