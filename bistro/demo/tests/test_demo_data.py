"""The demo's data, which describe a restaurant that the product accepts."""

import math
from decimal import Decimal
from itertools import combinations

import pytest

from bistro.demo.floor import PEOPLE, SECTIONS, TABLES
from bistro.demo.food import FOOD_CATEGORIES
from bistro.demo.kinds import EVERY_OTHER
from bistro.demo.menu import CATEGORIES, CHOICES_MADE_AT, STATIONS
from bistro.demo.recipes import CHOICES, DISHES, UNIT_OF, parts_of
from menu.allergens import ALLERGENS

pytestmark = pytest.mark.database_agnostic

CODES = {code for code, _name in ALLERGENS}
# What a dish of a diet, with the choices that it comes with, does not contain.
NOT_IN = {
    "vegan": {"milk", "eggs", "fish", "crustaceans", "molluscs"},
    "vegetarian": {"fish", "crustaceans", "molluscs"},
    "gluten free": {"gluten"},
}
ITEMS = [item for category in CATEGORIES for item in category.items]


def box(table):
    """Return the rectangle that a rotated table covers."""
    turn = math.radians(table.rotation)
    width = abs(table.width * math.cos(turn)) + abs(table.height * math.sin(turn))
    height = abs(table.width * math.sin(turn)) + abs(table.height * math.cos(turn))
    middle_x, middle_y = table.x + table.width / 2, table.y + table.height / 2
    return middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2


def test_size_of_the_menu():
    assert len(CATEGORIES) <= 12
    assert 40 <= len(ITEMS) <= 60
    assert len(STATIONS) == 4
    names = [item.name.casefold() for item in ITEMS]
    assert len(set(names)) == len(names)


def test_every_station_is_known():
    known = {station.key for station in STATIONS}
    assert {category.station for category in CATEGORIES} == known
    assert {item.station for item in ITEMS if item.station} <= known


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_item_is_orderable(item):
    assert item.price > 0
    assert item.price == item.price.quantize(Decimal("0.01"))
    assert {*item.contains, *item.may_contain, *item.not_stated} <= CODES
    names = [modifier.name.casefold() for group in item.groups for modifier in group.modifiers]
    assert len(set(names)) == len(names)
    for group in item.groups:
        assert 0 <= group.min <= group.max <= len(group.modifiers)
        defaults = sum(modifier.is_default for modifier in group.modifiers)
        assert group.min <= defaults <= group.max if group.min else defaults == 0
        assert all({*modifier.contains, *modifier.may_contain} <= CODES for modifier in group.modifiers)


def test_the_allergens_are_those_of_the_eu():
    assert set(EVERY_OTHER) == CODES


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_allergens_suit_the_diets(item):
    comes_with = [choice for group in item.groups if group.min for choice in group.modifiers if choice.is_default]
    for diet in item.diets:
        assert not {*item.contains, *item.may_contain} & NOT_IN[diet]
        assert all(not set(choice.contains) & NOT_IN[diet] for choice in comes_with)


def test_one_dish_says_nothing_about_most_allergens_and_no_choice_declares_one():
    soup = next(item for item in ITEMS if item.name == "Soup of the Day")
    assert (set(soup.contains), soup.free_of) == ({"gluten", "celery"}, ())
    assert "nuts" in next(item for item in ITEMS if item.name == "Burger").free_of
    names = [choice.name for item in ITEMS for group in item.groups for choice in group.modifiers]
    assert [name for name in names if "allergy" in name.casefold()] == []


def test_examples_of_the_contract_need_no_choice():
    by_name = {item.name: item for item in ITEMS}
    for name in ("Burger", "Fries", "Ice Cream"):
        assert all(group.min == 0 for group in by_name[name].groups)
        assert by_name[name].available
        assert by_name[name].portions_left is None


def test_some_items_count_down_and_one_is_86d():
    assert sum(item.portions_left is not None for item in ITEMS) >= 3
    assert sum(not item.available for item in ITEMS) == 1


def test_recipes_are_of_what_is_on_the_menu():
    dishes = {item.name for item in ITEMS}
    choices = {modifier.name for item in ITEMS for group in item.groups for modifier in group.modifiers}
    assert set(DISHES) <= dishes
    assert set(CHOICES) | set(CHOICES_MADE_AT) <= choices
    assert set(CHOICES_MADE_AT.values()) <= {station.key for station in STATIONS}
    food = [item for category in FOOD_CATEGORIES for item in category.items]
    assert sum(item.name in DISHES for item in food) > len(food) * 2 / 3
    used = {name for parts in (*DISHES.values(), *CHOICES.values()) for name in parts}
    assert used == set(UNIT_OF)
    assert all(quantity > 0 for item in ITEMS for _, quantity, _ in parts_of(item.name))
    assert parts_of("Chicken Burger", "Second fillet") == (("Chicken fillet", Decimal(1), "piece"),)
    assert parts_of("Burger", "Nut allergy") == ()


def test_room():
    assert [table.name for table in TABLES] == [f"Table {n}" for n in range(1, 25)]
    assert {table.section for table in TABLES} == {section.name for section in SECTIONS}
    assert {table.shape for table in TABLES} == {"round", "square", "rectangle"}
    for table in TABLES:
        left, top, right, bottom = box(table)
        assert min(left, top) >= 0
        assert right <= 1000
        assert bottom <= 700


def test_tables_leave_room_to_walk():
    for one, other in combinations(TABLES, 2):
        a, b = box(one), box(other)
        gap = max(b[0] - a[2], a[0] - b[2], b[1] - a[3], a[1] - b[3])
        assert gap >= 15, f"{one.name} and {other.name} stand {gap:.0f} apart"


def test_somebody_of_every_role():
    assert {person.role for person in PEOPLE} == {"owner", "manager", "host", "waiter", "kitchen", "cashier"}
    assert len({person.email for person in PEOPLE}) == len(PEOPLE)
    assert all(person.email.endswith("@bistro.example") for person in PEOPLE)
