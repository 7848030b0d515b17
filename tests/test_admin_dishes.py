"""The stations of a dish on its own page of the admin, and the values that blank fields stand for."""

import pytest
from django.urls import reverse

from bistro.core.models import Event
from kitchen.models import Route
from kitchen.tests.factories import StationFactory
from menu.models import Item
from menu.tests.factories import TaxFactory
from tests.journeys.house import open_house

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return open_house()


@pytest.fixture
def dish(house):
    return Item.objects.filter(restaurant=house.restaurant).first()


def page_of(dish):
    return reverse("admin:menu_item_change", args=[dish.pk])


def form_of(dish, **more):
    return {
        "name": dish.name, "category": dish.category_id, "price": f"{dish.price:.2f}",
        "prep_minutes": dish.prep_minutes,
        **{f"{name}-{count}": 0 for name in ("item_groups", "recipe") for count in ("TOTAL_FORMS", "INITIAL_FORMS")},
        **more,
    }  # fmt: skip


def test_a_dish_gets_its_stations_on_its_own_page(house, dish):
    grill, bar = (StationFactory(restaurant=house.restaurant, name=name) for name in ("Charcoal", "Back bar"))
    owner = house.browser("owner")
    answer = owner.post(page_of(dish), form_of(dish, stations=[grill.pk, bar.pk]))
    assert answer.status_code == 302
    assert set(dish.routes.values_list("station", flat=True)) == {grill.pk, bar.pk}
    changed = Event.objects.filter(subject=f"item:{dish.pk}", action="changed").latest("seq")
    assert "Charcoal" in changed.data
    owner.post(page_of(dish), form_of(dish))
    assert not dish.routes.exists()


def test_a_station_of_another_restaurant_is_refused(house, dish):
    elsewhere = StationFactory(restaurant=open_house(name="Elsewhere").restaurant)
    answer = house.browser("owner").post(page_of(dish), form_of(dish, stations=[elsewhere.pk]))
    assert answer.status_code == 200
    assert "stations" in answer.context["adminform"].form.errors
    assert not dish.routes.exists()


def test_blank_fields_name_what_they_stand_for(house, dish):
    bar = StationFactory(restaurant=house.restaurant, name="Back bar", soon_seconds=90, late_seconds=240)
    Route.objects.filter(category=dish.category).delete()
    Route.objects.create(restaurant=house.restaurant, station=bar, category=dish.category)
    house.restaurant.taxes.update(is_default=False)
    TaxFactory(restaurant=house.restaurant, name="Food 7 %", is_default=True)
    page = house.browser("owner").get(page_of(dish)).content.decode()
    assert "Blank = those of the category: Back bar." in page
    assert "Blank = as at the station: 1.5 min." in page
    assert "Blank = as at the station: 4 min." in page
    assert "Food 7 % (the restaurant&#x27;s default)" in page
