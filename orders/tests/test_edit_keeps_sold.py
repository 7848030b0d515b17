"""Facts of a line that an edit keeps: name, price, tax, choices as they were sold (docs/contracts/lunchify.md)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import forget
from menu.models import TaxComponent
from orders.tests.placed_beers import PATH, Placed, change, choices, shown, touch

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


# --- a line that stays -----------------------------------------------------------------------------------------------
def test_a_new_price_is_for_new_food(beers):
    change(beers.beer, price=Decimal("6.00"))
    body = beers.edited(beers.wish(note="cold"))
    assert shown(body) == [("Beer", 2, "4.00", "8.00")]
    assert (body["total"], body["lines"][0]["note"], body["lines"][0]["id"]) == ("8.00", "cold", beers.line["id"])
    assert body == beers.house.api().get(beers.address).json()


def test_a_dish_that_has_left_the_menu_stays_on_its_order(beers):
    change(beers.beer, archived_at=datetime(2026, 5, 4, tzinfo=UTC))
    for item in (beers.beer.pk, "Beer", "beer"):
        body = beers.edited(beers.wish(item=item, note=f"by {item}"))
        assert shown(body) == [("Beer", 2, "4.00", "8.00")]


def test_a_renamed_dish_keeps_its_name_on_the_order_and_is_found_by_both(beers):
    change(beers.beer, name="Lager")
    for item in ("Beer", "Lager", beers.beer.pk):
        assert shown(beers.edited(beers.wish(item=item))) == [("Beer", 2, "4.00", "8.00")]


def test_a_choice_that_is_off_stays(lemon_beers):
    change(lemon_beers.lemon, off_since=timezone.now(), price=Decimal("2.00"))
    body = lemon_beers.edited(lemon_beers.wish(modifiers=["Lemon"], note="cold"))
    assert (shown(body), choices(body)) == ([("Beer", 2, "4.50", "9.00")], [("Lemon", "0.50")])


@pytest.mark.parametrize("fact", ["archived_at", "off_since"])
@pytest.mark.parametrize("by", ["id", "name"])
def test_so_does_one_that_has_left_its_group(lemon_beers, fact, by):
    change(lemon_beers.lemon, **{fact: timezone.now()}, name="Lime")
    wanted = lemon_beers.lemon.pk if by == "id" else "lemon"
    body = lemon_beers.edited(lemon_beers.wish(modifiers=[wanted]))
    assert (shown(body), choices(body)) == ([("Beer", 2, "4.50", "9.00")], [("Lemon", "0.50")])


def test_so_does_one_whose_group_has_left_the_dish(lemon_beers):
    change(lemon_beers.group, archived_at=timezone.now())
    touch(lemon_beers.house)
    body = lemon_beers.edited(lemon_beers.wish(modifiers=["Lemon"]))
    assert choices(body) == [("Lemon", "0.50")]


def test_choices_that_are_not_mentioned_stay(lemon_beers):
    body = lemon_beers.edited(lemon_beers.wish(note="cold"))
    assert (shown(body), choices(body)) == ([("Beer", 2, "4.50", "9.00")], [("Lemon", "0.50")])


def test_a_group_that_became_required_asks_nothing_of_old_lines(beers):
    change(beers.group, min=1)
    touch(beers.house)
    body = beers.edited(beers.wish(note="cold", modifiers=[]))
    assert (shown(body), choices(body)) == ([("Beer", 2, "4.00", "8.00")], [])


def test_the_course_and_the_tax_mode_stay(beers):
    change(beers.beer.category, course=3)
    Restaurant.objects.filter(pk=beers.house.restaurant.pk).update(tax_mode="added")
    touch(beers.house)
    body = beers.edited(beers.wish(note="cold"))
    assert (body["lines"][0]["course"], body["total"], body["tax"]) == (1, "8.00", beers.order["tax"])


# --- tax --------------------------------------------------------------------------------------------------------------
def test_a_new_tax_is_for_new_food(beers):
    TaxComponent.objects.filter(restaurant=beers.house.restaurant).update(percent=20)
    change(beers.beer, price=Decimal("6.00"))
    touch(beers.house)
    body = beers.edited(beers.wish(note="cold"))
    assert (body["taxes"], body["lines"][0]["tax"]) == ([{"name": "Food", "percent": "10", "amount": "0.73"}], "0.73")
    body = beers.edited(beers.wish(quantity=3))
    assert body["taxes"] == [
        {"name": "Food", "percent": "10", "amount": "0.73"},
        {"name": "Food", "percent": "20", "amount": "1.00"},
    ]
    assert [line["tax"] for line in body["lines"]] == ["0.73", "1.00"]
    assert (body["total"], body["tax"]) == ("14.00", "1.73")


def test_the_rounded_tax_is_shared_anew_by_the_orders_own_rule(house):
    """Four lines of 2.50 at 8.63 % added: 0.86 rounded once, 0.88 line by line."""
    Restaurant.objects.filter(pk=house.restaurant.pk).update(tax_mode="added")
    TaxComponent.objects.filter(restaurant=house.restaurant).update(percent=Decimal("8.63"))
    tea = house.add_item(price="2.50")
    forget()
    order = house.place(lines=[{"item": tea.pk, "quantity": 1}] * 5)
    assert (order["tax"], order["total"]) == ("1.08", "13.58")
    Restaurant.objects.filter(pk=house.restaurant.pk).update(
        tax_mode="inclusive", rounding_level="line", rounding_mode="up"
    )
    touch(house)
    lines = [{"id": line["id"], "item": tea.pk, "quantity": 1} for line in order["lines"][:4]]
    body = house.done(house.api().put(f"{PATH}/{order['id']}", {"lines": lines}))
    assert (body["tax"], body["total"]) == ("0.86", "10.86")
    assert sum(Decimal(line["tax"]) for line in body["lines"]) == Decimal("0.86")
    lines[0]["quantity"] = 2
    body = house.done(house.api().put(f"{PATH}/{order['id']}", {"lines": lines}))
    assert (len(body["lines"]), body["tax"], body["total"]) == (5, "1.08", "13.58")


# --- allergies and several faults ------------------------------------------------------------------------------------
def test_allergies_stay_and_are_on_the_difference_too(house):
    beers = Placed(house).place(allergies=["nuts"])
    body = beers.edited(beers.wish(quantity=3))
    assert [line["allergies"] for line in body["lines"]] == [["nuts"], ["nuts"]]
    change(beers.beer, archived_at=timezone.now())
    lines = [{"id": line["id"], "item": line["item"], "quantity": line["quantity"]} for line in body["lines"]]
    body = beers.edited({**lines[0], "allergies": ["milk", "nuts"]}, {**lines[1], "modifiers": ["Milk allergy"]})
    assert [sorted(line["allergies"]) for line in body["lines"]] == [["milk", "nuts"], ["milk", "nuts"]]
    body = beers.edited(*({**line, "allergies": []} for line in lines))
    assert [line["allergies"] for line in body["lines"]] == [[], []]
    with nothing_changes():
        refused(beers.put({**lines[0], "allergies": ["stardust"]}), 422, "unknown_allergen")


def test_one_answer_names_every_fault_by_its_place(lemon_beers):
    change(lemon_beers.ginger, off_since=timezone.now())
    touch(lemon_beers.house)
    lines = [
        {"item": "Unicorn", "quantity": 1},
        lemon_beers.wish(modifiers=["Lemon", "Ginger", "Caviar"]),
        {"id": 999_999, "item": lemon_beers.beer.pk, "quantity": 1},
    ]
    with nothing_changes():
        problem = refused(lemon_beers.put(*lines), 422, "validation_error")
    assert problem["errors"] == {
        "lines.0.item": ["“Unicorn” is not on the menu."],
        "lines.1.modifiers": ["“Ginger” is not available now.", "Beer has no choice “Caviar”."],
        "lines.2.id": ["Line 999999 is not a line of this order, or is listed twice."],
    }
