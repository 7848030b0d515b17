"""Copies of dishes and stations, made in the admin."""

import pytest
from django.urls import reverse

from bistro.core.models import Event
from kitchen.models import Route, Station
from menu.models import Item
from menu.tests.factories import ModifierGroupFactory, RecipePartFactory
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def house():
    return open_house()


def copy(house, row, page, **said):
    return house.browser("owner").post(reverse(f"admin:{page}_copy", args=[row.pk]), said)


def test_a_dish_is_copied_with_all_that_belongs_to_it(house):
    item = house.item
    Item.objects.filter(pk=item.pk).update(diets=["vegan"], prep_minutes=17, popular=True)
    group = ModifierGroupFactory(item=item)
    part = RecipePartFactory(item=item, modifier=None)
    Route.objects.create(restaurant=house.restaurant, station=house.station, item=item)
    allergen = house.restaurant.allergens.first()
    if allergen:
        item.statements.create(
            restaurant=house.restaurant,
            allergen=allergen,
            level="contains",
            checked_by="Ana",
            checked_at="2026-01-01T12:00Z",
        )
    answer = copy(house, item, "menu_item", name="Second helping")
    made = Item.objects.get(name="Second helping")
    assert answer.url == reverse("admin:menu_item_change", args=[made.pk])
    assert (made.price, made.diets, made.prep_minutes, made.popular) == (item.price, ["vegan"], 17, False)
    assert not made.available  # until a person has looked at it
    assert list(made.item_groups.values_list("group", flat=True)) == [group.pk]
    assert list(made.recipe.values_list("ingredient", flat=True)) == [part.ingredient_id]
    assert list(made.routes.values_list("station", flat=True)) == [house.station.pk]
    assert [row.checked_by for row in made.statements.all()] == ["Ana"] * bool(allergen)
    assert Event.objects.filter(subject=f"item:{made.pk}", action="added").exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "nul\0"])
def test_a_bad_name_is_refused_beside_its_field(house, name):
    for row, page, model in ((house.item, "menu_item", Item), (house.station, "kitchen_station", Station)):
        before = model.objects.count()
        answer = copy(house, row, page, name=name)
        assert "name" in answer.context["form"].errors
        assert model.objects.count() == before


def test_a_taken_name_is_refused(house):
    for row, page in ((house.item, "menu_item"), (house.station, "kitchen_station")):
        answer = copy(house, row, page, name=row.name)
        assert answer.context["form"].errors["name"] == ["This name is already in use."]


@pytest.mark.parametrize("with_routes", [False, True])
def test_a_station_is_copied_with_its_pace(house, with_routes):
    Station.objects.filter(pk=house.station.pk).update(cooks=3, late_seconds=480, is_catch_all=True)
    Route.objects.filter(station=house.station).delete()
    Route.objects.create(restaurant=house.restaurant, station=house.station, category=house.item.category)
    copy(house, house.station, "kitchen_station", name="Second grill", **({"with_routes": "on"} if with_routes else {}))
    made = Station.objects.get(name="Second grill")
    assert (made.cooks, made.late_seconds, made.is_catch_all) == (3, 480, False)
    assert made.routes.count() == with_routes


def test_nothing_of_another_restaurant_is_copied(house):
    other = open_house(name="Elsewhere")
    for row, page, model in ((other.item, "menu_item", Item), (other.station, "kitchen_station", Station)):
        before = model.objects.count()
        assert copy(house, row, page, name="Mine").status_code == 404
        assert model.objects.count() == before
