"""Modifiers of a line: min, max, defaults and 86, by id and by name."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bistro.core.tests.http import nothing_changes, refused
from menu.tests.factories import ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/orders"


@pytest.fixture
def sides(house):
    """Add an optional choice of at most two to the house's dish."""
    group = ModifierGroupFactory(item=house.item, name="Sides", max=2)
    house.fries = ModifierFactory(group=group, name="Fries", price=Decimal("3.00"))
    house.salad = ModifierFactory(group=group, name="Salad", price=Decimal("2.50"))
    house.less = ModifierFactory(group=group, name="Half portion", price=Decimal("-4.00"))
    return house


@pytest.fixture
def cooked(house):
    """Add a required choice of one without a default."""
    house.cooking = ModifierGroupFactory(item=house.item, name="Cooking", min=1, max=1)
    house.rare = ModifierFactory(group=house.cooking, name="Rare", price=Decimal("0.00"))
    house.done_well = ModifierFactory(group=house.cooking, name="Well done", price=Decimal("0.00"))
    return house


def lines(house, *modifiers, quantity=1):
    return [{"item": house.item.pk, "quantity": quantity, "modifiers": list(modifiers)}]


def refuse(house, code, *modifiers):
    with nothing_changes():
        body = refused(house.api().post(PATH, {"lines": lines(house, *modifiers)}, key="k"), 422, code)
    assert list(body["errors"]) == ["lines.0.modifiers"]


def test_prices_add_up(sides):
    (line,) = sides.place(lines=lines(sides, sides.fries.pk, "salad", quantity=2))["lines"]
    assert line["modifiers"] == [
        {"id": sides.fries.pk, "name": "Fries", "price": "3.00"},
        {"id": sides.salad.pk, "name": "Salad", "price": "2.50"},
    ]
    assert (line["unit_price"], line["total"]) == ("15.50", "31.00")


def test_a_choice_may_make_it_cheaper(sides):
    assert sides.place(lines=lines(sides, sides.less.pk))["total"] == "6.00"


def test_but_not_below_zero(sides):
    sides.less.price = Decimal("-10.01")
    sides.less.save()
    refuse(sides, "validation_error", sides.less.pk)


def test_at_most_max(sides):
    refuse(sides, "too_many_modifiers", sides.fries.pk, sides.salad.pk, sides.less.pk)


def test_two_where_one_is_allowed(cooked):
    refuse(cooked, "too_many_modifiers", "Rare", "Well done")


def test_nothing_twice(sides):
    refuse(sides, "modifier_twice", sides.fries.pk, sides.fries.pk)
    refuse(sides, "modifier_twice", sides.fries.pk, "FRIES")


@pytest.mark.parametrize("unknown", ["Caviar", 999_999])
def test_what_the_dish_does_not_offer(sides, unknown):
    refuse(sides, "unknown_modifier", unknown)


def test_another_dishs_choice_is_unknown(sides, other_house):
    elsewhere = ModifierFactory(group=ModifierGroupFactory(item=sides.add_item()))
    foreign = ModifierFactory(group=ModifierGroupFactory(item=other_house.item))
    refuse(sides, "unknown_modifier", elsewhere.pk)
    refuse(sides, "unknown_modifier", foreign.pk)


def test_what_is_off(sides):
    sides.fries.off_since = datetime(2026, 5, 4, tzinfo=UTC)
    sides.fries.save()
    refuse(sides, "modifier_off", sides.fries.pk)


def test_archived_choices_are_unknown(sides):
    sides.fries.archived_at = datetime(2026, 5, 4, tzinfo=UTC)
    sides.fries.save()
    refuse(sides, "unknown_modifier", sides.fries.pk)


def test_a_required_choice_without_a_default_must_be_made(cooked):
    refuse(cooked, "modifier_required")
    assert cooked.place(lines=lines(cooked, "rare"))["lines"][0]["modifiers"][0]["name"] == "Rare"


def test_a_required_choice_takes_its_default(cooked):
    cooked.done_well.is_default = True
    cooked.done_well.save()
    order = cooked.place(lines=[{"item": cooked.item.pk, "quantity": 1}])
    assert [each["name"] for each in order["lines"][0]["modifiers"]] == ["Well done"]
    order = cooked.place(lines=lines(cooked, "Rare"))
    assert [each["name"] for each in order["lines"][0]["modifiers"]] == ["Rare"]


def test_a_default_that_is_off_is_none(cooked):
    cooked.done_well.is_default = True
    cooked.done_well.off_since = datetime(2026, 5, 4, tzinfo=UTC)
    cooked.done_well.save()
    refuse(cooked, "modifier_required")


def test_defaults_of_an_optional_group_are_not_forced_on_anybody(sides):
    sides.fries.is_default = True
    sides.fries.save()
    assert sides.place()["lines"][0]["modifiers"] == []


def test_two_of_a_group_that_wants_two(cooked):
    cooked.cooking.min = cooked.cooking.max = 2
    cooked.cooking.save()
    cooked.rare.is_default = True
    cooked.rare.save()
    refuse(cooked, "modifier_required")  # one default does not satisfy a minimum of two
    order = cooked.place(lines=lines(cooked, "Well done"))
    assert [each["name"] for each in order["lines"][0]["modifiers"]] == ["Well done", "Rare"]


def test_the_old_pads_choose_by_name_and_get_the_default(cooked):
    cooked.rare.is_default = True
    cooked.rare.save()
    body = {"table": cooked.table.name, "items": [{"name": cooked.item.name, "quantity": 1}]}
    assert cooked.done(cooked.api().post("/api/order", body))["items"] == [
        {"name": cooked.item.name, "quantity": 1, "modifiers": ["Rare"]}
    ]


def test_a_declared_allergy_reaches_the_kitchen(house):
    order = house.place(lines=lines(house, "Nut allergy"))
    assert order["lines"][0]["modifiers"] == []
    (ticket,) = house.tickets(order)
    assert ticket["lines"][0]["allergies"] == ["nuts"]
