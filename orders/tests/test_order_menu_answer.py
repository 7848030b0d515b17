"""The whole menu for the order screen: one small, cacheable answer, and the favourites that a waiter's week teaches."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from menu.compiled import forget as forget_menus
from menu.compiled import menu_now
from menu.models import Item, ItemGroup
from menu.tests.factories import CategoryFactory, ModifierFactory, ModifierGroupFactory
from orders.models import Order
from orders.order_commands import LineRequest
from orders.ordering.favourites import favourites
from orders.ordering.menu_answer import menu_answer

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
LARGEST = 400_000


def url(house, version=None):
    now = menu_now(house.restaurant.pk).menu.version
    return f"/floor/menu/{house.restaurant.pk}/{now if version is None else version}/"


def test_the_answer_may_be_cached_permanently(house):
    answer = house.browser("waiter").get(url(house))
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer.json()["items"][0][:4] == [house.item.pk, house.category.pk, house.item.name, "10.00"]


def test_another_version_leads_to_the_one_in_force(house):
    answer = house.browser("waiter").get(url(house, 99))
    assert (answer.status_code, answer["Location"], answer["Cache-Control"]) == (302, url(house), "no-store")


def test_the_menu_of_another_house_is_not_found(house, other_house):
    assert house.browser("waiter").get(url(other_house)).status_code == 404


def test_choices_and_allergens_are_in_it_and_what_is_off_is_not(house):
    group = ModifierGroupFactory(item=house.item, name="Side", min=1, max=1)
    fries = ModifierFactory(group=group, name="Fries", price="1.50", is_default=True)
    ModifierFactory(group=group, name="Gone", off_since=timezone.now())
    forget_menus()
    menu = json.loads(menu_answer(menu_now(house.restaurant.pk).menu))
    assert menu["groups"] == [[group.pk, "Side", 1, 1, [[fries.pk, "Fries", "1.50", 1]]]]
    assert menu["items"][0][5] == [group.pk]


def test_fifteen_hundred_dishes_fit(house):
    """Long names, two groups of six choices shared by the dishes of a category, and three allergens each."""
    restaurant = house.restaurant
    for number in range(15):
        category = CategoryFactory(restaurant=restaurant, name=f"Category with a long name {number}")
        groups = [ModifierGroupFactory(restaurant=restaurant, name=f"Choice of side {number} {n}") for n in range(2)]
        for group in groups:
            for choice in range(6):
                ModifierFactory(group=group, name=f"A choice with a name {choice}", price="1.50")
        items = Item.objects.bulk_create(
            Item(restaurant=restaurant, category=category, name=f"Dish {number} {n} with a long name".ljust(60, "x"),
                 name_key=f"dish {number} {n}", price="12.50")
            for n in range(100)
        )  # fmt: skip
        ItemGroup.objects.bulk_create(
            ItemGroup(restaurant=restaurant, item=item, group=group) for item in items for group in groups
        )
    forget_menus()
    text = menu_answer(menu_now(restaurant.pk).menu)
    assert len(json.loads(text)["items"]) == 1501
    assert len(text.encode()) <= LARGEST


# --- favourites ------------------------------------------------------------------------------------------------------
def liked(house, actor):
    cache.clear()
    return favourites(actor, menu_now(house.restaurant.pk))


def test_favourites_are_the_waiters_own_of_a_week(house):
    soup, steak = house.add_item(name="Soup"), house.add_item(name="Steak")
    forget_menus()
    waiter, other = house.actor("waiter"), house.actor("waiter")

    def order(actor, item, quantity):
        return house.order(actor, lines=(LineRequest(item=item.pk, quantity=quantity),)).id

    order(waiter, soup, 1)
    order(waiter, steak, 4)
    order(other, house.item, 9)
    assert liked(house, waiter) == [steak.pk, soup.pk]
    assert liked(house, other) == [house.item.pk]
    Order.objects.update(placed_at=timezone.now() - timedelta(days=8))
    assert liked(house, waiter) == []


def test_without_orders_the_popular_dishes_stand_there(house):
    Item.objects.filter(pk=house.item.pk).update(popular=True)
    forget_menus()
    assert liked(house, house.actor("waiter")) == [house.item.pk]


def test_dishes_that_left_the_menu_are_no_favourites(house):
    waiter = house.actor("waiter")
    house.order(waiter)
    Item.objects.filter(pk=house.item.pk).update(archived_at=timezone.now())
    forget_menus()
    assert liked(house, waiter) == []
