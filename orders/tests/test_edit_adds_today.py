"""Food that an edit adds: at the price and availability of today (PUT, docs/contracts/lunchify.md)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from menu.models import Item
from menu.services import pause, set_available
from menu.tests.factories import ModifierFactory
from orders.models import OrderLine
from orders.tests.placed_beers import PATH, Placed, change, choices, shown, touch

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


# --- more, fewer, other ----------------------------------------------------------------------------------------------
def test_more_costs_todays_price_on_a_line_of_its_own(beers):
    change(beers.beer, price=Decimal("6.00"))
    body = beers.edited(beers.wish(quantity=3, note="cold"))
    assert shown(body) == [("Beer", 2, "4.00", "8.00"), ("Beer", 1, "6.00", "6.00")]
    assert [line["note"] for line in body["lines"]] == ["cold", "cold"]
    assert body["lines"][0]["id"] == beers.line["id"] != body["lines"][1]["id"]
    assert body["total"] == "14.00"


def test_the_retry_of_an_edit_adds_nothing_more(beers):
    change(beers.beer, price=Decimal("6.00"))
    once = beers.edited(beers.wish(quantity=3))
    twice = beers.edited(beers.wish(quantity=3))
    assert (once["lines"], once["total"]) == (twice["lines"], twice["total"])
    assert OrderLine.with_removed.count() == 2


def test_more_at_the_same_price_is_a_line_of_its_own_too(lemon_beers):
    body = lemon_beers.edited(lemon_beers.wish(quantity=5))
    assert shown(body) == [("Beer", 2, "4.50", "9.00"), ("Beer", 3, "4.50", "13.50")]
    assert choices(body, 1) == [("Lemon", "0.50")]


def test_fewer_keep_their_price(beers):
    change(beers.beer, price=Decimal("6.00"), archived_at=timezone.now())
    assert shown(beers.edited(beers.wish(quantity=1))) == [("Beer", 1, "4.00", "4.00")]


def test_more_is_refused_when_it_is_not_sold_now(beers):
    manager = beers.house.actor("manager")
    set_available(item_id=beers.beer.pk, available=False, actor=manager)
    with nothing_changes():
        problem = refused(beers.put(beers.wish(quantity=3)), 409, "sold_out")
    assert list(problem["errors"]) == ["lines.0.item"]
    beers.edited(beers.wish(note="cold"))
    set_available(item_id=beers.beer.pk, available=True, actor=manager)
    pause(item_id=beers.beer.pk, minutes=10, actor=manager)
    with nothing_changes():
        refused(beers.put(beers.wish(quantity=3)), 409, "paused")
    beers.edited(beers.wish(note="ice"))
    change(beers.beer, archived_at=timezone.now())
    with nothing_changes():
        problem = refused(beers.put(beers.wish(quantity=3)), 422, "unknown_item")
    assert problem["errors"] == {"lines.0.item": ["“Beer” is not on the menu."]}


def test_more_needs_its_choices_today(lemon_beers):
    change(lemon_beers.lemon, off_since=timezone.now())
    touch(lemon_beers.house)
    with nothing_changes():
        problem = refused(lemon_beers.put(lemon_beers.wish(quantity=3)), 422, "modifier_off")
    assert list(problem["errors"]) == ["lines.0.modifiers"]
    assert shown(lemon_beers.edited(lemon_beers.wish(quantity=1))) == [("Beer", 1, "4.50", "4.50")]


def test_changed_choices_keep_the_old_price_and_cost_todays(lemon_beers):
    change(lemon_beers.lemon, price=Decimal("2.00"))
    change(lemon_beers.ginger, price=Decimal("1.00"))
    change(lemon_beers.beer, price=Decimal("6.00"))
    body = lemon_beers.edited(lemon_beers.wish(modifiers=["Lemon", "Ginger"]))
    assert shown(body) == [("Beer", 2, "5.50", "11.00")]
    assert choices(body) == [("Lemon", "0.50"), ("Ginger", "1.00")]
    body = lemon_beers.edited(lemon_beers.wish(modifiers=["Ginger"]))
    assert (shown(body), choices(body)) == ([("Beer", 2, "5.00", "10.00")], [("Ginger", "1.00")])
    body = lemon_beers.edited(lemon_beers.wish(modifiers=[]))
    assert (shown(body), choices(body)) == ([("Beer", 2, "4.00", "8.00")], [])


def test_changed_choices_and_more_of_the_dish(lemon_beers):
    change(lemon_beers.lemon, price=Decimal("2.00"))
    body = lemon_beers.edited(lemon_beers.wish(quantity=3, modifiers=["Lemon", "Ginger"]))
    assert shown(body) == [("Beer", 2, "5.30", "10.60"), ("Beer", 1, "6.80", "6.80")]
    assert [choices(body, place) for place in (0, 1)] == [
        [("Lemon", "0.50"), ("Ginger", "0.80")],
        [("Lemon", "2.00"), ("Ginger", "0.80")],
    ]


@pytest.mark.parametrize(
    ("facts", "wanted", "code"),
    [
        ({"off_since": datetime(2026, 5, 4, tzinfo=UTC)}, ["Lemon", "Ginger"], "modifier_off"),
        ({"archived_at": datetime(2026, 5, 4, tzinfo=UTC)}, ["Lemon", "Ginger"], "unknown_modifier"),
        ({}, ["Lemon", "Caviar"], "unknown_modifier"),
        ({}, ["Lemon", "LEMON"], "modifier_twice"),
    ],
)
def test_a_new_choice_must_be_sold_now(lemon_beers, facts, wanted, code):
    change(lemon_beers.ginger, **facts)
    touch(lemon_beers.house)
    with nothing_changes():
        problem = refused(lemon_beers.put(lemon_beers.wish(modifiers=wanted)), 422, code)
    assert list(problem["errors"]) == ["lines.0.modifiers"]


def test_a_dish_off_the_menu_gets_no_new_choice(lemon_beers):
    change(lemon_beers.beer, archived_at=timezone.now())
    with nothing_changes():
        refused(lemon_beers.put(lemon_beers.wish(modifiers=["Lemon", "Ginger"])), 422, "unknown_modifier")
    assert choices(lemon_beers.edited(lemon_beers.wish(modifiers=[]))) == []


def test_new_choices_may_not_exceed_the_group(lemon_beers):
    change(lemon_beers.group, max=1)
    touch(lemon_beers.house)
    with nothing_changes():
        refused(lemon_beers.put(lemon_beers.wish(modifiers=["Lemon", "Ginger"])), 422, "too_many_modifiers")


def test_a_required_choice_that_is_taken_off_comes_back_as_it_was_sold(lemon_beers):
    change(lemon_beers.group, min=1)
    change(lemon_beers.lemon, price=Decimal("2.00"), off_since=timezone.now())
    body = lemon_beers.edited(lemon_beers.wish(modifiers=[]))
    assert choices(body) == [("Lemon", "0.50")]
    body = lemon_beers.edited(lemon_beers.wish(modifiers=["Ginger"]))
    assert choices(body) == [("Ginger", "0.80")]


def test_another_dish_costs_todays_price(lemon_beers):
    wine = lemon_beers.house.add_item(name="Wine", price="7.00")
    change(lemon_beers.beer, archived_at=timezone.now())
    body = lemon_beers.edited(lemon_beers.wish(item="Wine", quantity=3))
    assert shown(body) == [("Wine", 3, "7.00", "21.00")]
    assert (body["lines"][0]["id"], body["lines"][0]["item"], choices(body)) == (lemon_beers.line["id"], wine.pk, [])
    with nothing_changes():
        refused(lemon_beers.put(lemon_beers.wish()), 422, "unknown_item")


def test_a_line_without_an_id_is_new(beers):
    change(beers.beer, price=Decimal("6.00"))
    body = beers.edited({"item": beers.beer.pk, "quantity": 2})
    assert shown(body) == [("Beer", 2, "6.00", "12.00")]
    assert body["lines"][0]["id"] != beers.line["id"]


def test_a_price_below_zero_is_refused(house):
    beers = Placed(house).place()
    less = ModifierFactory(group=beers.group, name="Small", price=Decimal("-5.00"))
    touch(house)
    with nothing_changes():
        refused(beers.put(beers.wish(modifiers=[less.pk])), 422, "validation_error")


# --- portions, kitchen, feed -----------------------------------------------------------------------------------------
def test_portions_follow_the_difference(beers):
    change(beers.beer, portions_left=3)
    touch(beers.house)

    def left():
        return Item.objects.get(pk=beers.beer.pk).portions_left

    beers.edited(beers.wish(quantity=4))
    assert left() == 1
    with nothing_changes():
        refused(beers.put(beers.wish(quantity=6)), 409, "sold_out")
    change(Item.objects.get(pk=beers.beer.pk), archived_at=timezone.now())
    beers.edited(beers.wish(quantity=1))
    assert left() == 4


def test_the_kitchen_sees_only_what_is_new(beers):
    beers.house.done(beers.house.api("waiter").post(f"{beers.address}/confirm"))
    change(beers.beer, price=Decimal("6.00"))
    beers.edited(beers.wish(quantity=3))
    (ticket,) = beers.house.tickets(beers.order)
    assert [(line["quantity"], line["changed"]) for line in ticket["lines"]] == [(2, False), (1, True)]
    assert ticket["alert_at"] is not None
    event = Event.objects.get(type="order_updated", action="edited")
    assert event.table_id == beers.house.table.pk


def test_a_new_tax_is_no_change_for_the_kitchen(beers):
    beers.house.done(beers.house.api("waiter").post(f"{beers.address}/confirm"))
    change(beers.beer, price=Decimal("6.00"))
    other = beers.house.add_item(price="3.33")
    beers.edited(beers.wish(), {"item": other.pk, "quantity": 1})
    (ticket,) = beers.house.tickets(beers.order)
    assert [line["changed"] for line in ticket["lines"]] == [False, True]


def test_it_costs_the_same_however_many_lines_stay(house):
    def cost(count):
        beers = Placed.__new__(Placed)
        beers.house, beers.beer = house, house.item
        order = house.place(lines=[{"item": house.item.pk, "quantity": 1, "note": str(n)} for n in range(count)])
        lines = [{"id": line["id"], "item": line["item"], "quantity": 1, "note": "x"} for line in order["lines"]]
        address = f"{PATH}/{order['id']}"
        with CaptureQueriesContext(connection) as asked:
            house.done(house.api().put(address, {"lines": lines}))
        return len([each for each in asked if "SAVEPOINT" not in each["sql"]])

    cost(1)
    assert cost(2) == cost(12)
