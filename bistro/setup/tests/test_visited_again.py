"""Steps of the set-up that are opened again: they show what is there, and follow a new language."""

import pytest

from bistro.core.models import Restaurant
from bistro.core.models.restaurants import usual_notes
from bistro.setup.services import choose_taxes, save_restaurant
from kitchen.models import Route
from kitchen.tests.factories import StationFactory
from menu.models import Tax
from menu.taxes import DishTax, read_components

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def choose(house, default, *others):
    Tax.objects.of_restaurant(house.restaurant.pk).delete()
    wanted = DishTax(*(read_components(cell) for cell in default))
    more = [DishTax(read_components(cell)) for cell in others]
    choose_taxes(default=wanted, others=more, tax_mode="inclusive", actor=house.actor("owner"))


@pytest.mark.parametrize(
    ("default", "others", "kind", "rates"),
    [
        (("MwSt 19",), (), "one", {"rate": "MwSt 19"}),
        (("19", "7"), (), "away", {"rate": "19", "take_away": "7"}),
        (("7",), ("19",), "drinks", {"rate": "7", "drinks": "19"}),
        (("19", "7"), ("MwSt 19",), "both", {"rate": "19", "take_away": "7", "drinks": "MwSt 19"}),
        (("0",), (), "none", {}),
    ],
)
def test_the_step_about_tax_shows_the_kind_of_house_that_it_is(house, default, others, kind, rates):
    house.item.tax = None
    house.item.save()
    choose(house, default, *others)
    page = house.browser("owner").get("/setup/tax/").context
    assert page["kind"] == kind
    assert {name: page["form"][name].value() for name in rates} == rates
    assert house.browser("owner").get("/setup/tax/?kind=one").context["kind"] == "one"


def test_the_message_after_a_new_language_is_in_it(house):
    browser = house.browser("owner")
    form = browser.get("/setup/restaurant/").context["form"]
    said = {name: form[name].value() or "" for name in form.fields} | {"language": "de", "address": "Weg 1"}
    said["day_ends_at"] = "04:00"
    assert browser.post("/setup/restaurant/", said).status_code == 302
    assert "Das Restaurant ist gespeichert." in browser.get("/setup/").content.decode()
    page = browser.get("/setup/restaurant/").content.decode()
    assert "Deutsch (Österreich)" in page
    assert "EUR – Euro" in page


def test_the_usual_notes_to_the_kitchen_follow_the_language_and_own_ones_stay(house):
    owner = house.actor("owner")
    save_restaurant(values={"language": "de"}, actor=owner)
    here = Restaurant.objects.get(pk=house.restaurant.pk)
    assert here.kitchen_notes == usual_notes("de")
    assert "Ohne Salz" in here.kitchen_notes
    save_restaurant(values={"kitchen_notes": "Heiß"}, actor=owner)
    save_restaurant(values={"language": "en"}, actor=owner)
    assert Restaurant.objects.get(pk=house.restaurant.pk).kitchen_notes == "Heiß"


def test_the_step_of_stations_begins_with_those_that_a_file_named(house):
    owner = house.browser("owner")
    bar = StationFactory(restaurant=house.restaurant, name="Bar")
    form = owner.get("/setup/stations/").context["routes"]
    field = f"category_{house.category.pk}"
    assert form[field].value() == str(house.station.pk)
    Route.objects.create(restaurant=house.restaurant, station=bar, item=house.item)
    assert owner.get("/setup/stations/").context["routes"][field].value() == str(bar.pk)
    other = house.add_item()
    assert other.category_id == house.category.pk
    assert owner.get("/setup/stations/").context["routes"][field].value() == str(house.station.pk), "one has none"
    Route.objects.create(restaurant=house.restaurant, station=house.station, item=other)
    assert owner.get("/setup/stations/").context["routes"][field].value() == str(house.station.pk), "they differ"
