"""Sales histories."""

from collections import Counter
from decimal import Decimal

import pytest

from tools.simulator.card import read_card
from tools.simulator.history import UnreadableHistory, needed_items, read_history
from tools.simulator.planned import plan_history
from tools.simulator.tests.fake_restaurant import MENU

pytestmark = pytest.mark.database_agnostic

HEADING = "order_id,ordered_at,item,category,quantity,unit_price,modifiers"


@pytest.fixture
def history_of(tmp_path):
    def read(*rows):
        path = tmp_path / "sales.csv"
        path.write_text("\n".join((HEADING, *rows)) + "\n", encoding="utf-8")
        return read_history(path)

    return read


def reasons(skipped):
    return Counter(row.reason for row in skipped)


def test_rows_of_one_order_come_together(history_of):
    history = history_of(
        "1,2023-01-01T11:38:36,Burger,,2,13.90,Cheddar|Bacon", "2,,Fries,,1,4.50,", "1,,Fries,Sides,1,4.50,"
    )
    assert [(order.reference, len(order.lines)) for order in history.orders] == [("1", 2), ("2", 1)]
    line = history.orders[0].lines[0]
    assert (line.item, line.quantity, line.unit_price) == ("Burger", 2, Decimal("13.90"))
    assert line.modifiers == ("Cheddar", "Bacon")


def test_dirt_is_skipped_with_its_reason(history_of):
    history = history_of(
        "1,,,,1,,",
        "1,,  ,,1,,",
        "2,,Fries,,0,4.50,",
        "2,,Fries,,-1,4.50,",
        "2,,Fries,,1.5,4.50,",
        "2,,Fries,,²,4.50,",
        "2,,Fries,,1000000,4.50,",
        "3,,Fries,,1,cheap,",
        "3,,Fries,,1,NaN,",
        "3,,Fries,,1,-4.50,",
        "3,,Fries,,1,4.50505,",
        ",,Fries,,1,4.50,",
    )
    assert history.orders == []
    assert reasons(history.skipped) == {"no item": 2, "bad quantity": 5, "bad price": 4, "no order number": 1}
    assert history.skipped[0].row == 2


def test_a_short_row_is_not_a_crash(history_of):
    assert reasons(history_of("1,,Fries").skipped) == {"bad quantity": 1}


def test_a_file_without_the_columns_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableHistory, match="order_id"):
        read_history(path)


def test_what_the_menu_must_hold(history_of):
    history = history_of(
        "1,,Bowl,Bowls,1,8.75,Rice|Beans",
        "2,,bowl ,,1,8.75,rice|Cheese",
        "3,,Bowl,,1,11.25,",
        "4,,Gift,,1,,",
    )
    (item,) = needed_items(history)
    assert (item.name, item.category, item.price) == ("Bowl", "Bowls", Decimal("8.75"))
    assert item.modifiers == ("Rice", "Beans", "Cheese")


def test_orders_are_made_from_todays_menu(history_of):
    plan = plan_history(history_of("1,,BURGER,,3,12.00,bacon", "1,,Fries,,1,4.50,"), read_card(MENU), "run")
    (order,) = plan.orders
    assert order.expected == (Decimal("13.90") + Decimal("2.00")) * 3 + Decimal("4.50")
    assert order.body() == {
        "lines": [{"item": 1, "quantity": 3, "modifiers": [12], "note": "sim run 1"}, {"item": 2, "quantity": 1}]
    }


def test_rows_that_the_menu_cannot_serve_are_skipped(history_of):
    history = history_of(
        "1,,Pizza,,1,9.00,",
        "2,,Oysters,,1,18.00,",
        "3,,Burger,,1,13.90,Truffle",
        "4,,Burger,,1,13.90,Cheddar|Bacon|Egg",
    )
    plan = plan_history(history, read_card(MENU), "run")
    assert plan.orders == []
    assert plan.skipped_by_reason() == {
        "item not on the menu": 1,
        "item not available": 1,
        "modifier not on the menu": 1,
        "more modifiers than allowed": 1,
    }


def test_rows_at_another_price_are_reported_against_the_menu_with_its_modifiers(history_of):
    history = history_of(
        "1,,Burger,,1,13.90,",
        "2,,Burger,,1,15.40,Cheddar",
        "3,,Burger,,1,12.00,",
        "4,,Burger,,1,12.00,",
        "5,,Fries,,1,,",
    )
    (difference,) = plan_history(history, read_card(MENU), "run").differences
    assert (difference.item, difference.menu_price, difference.rows) == (
        "Burger",
        Decimal("13.90"),
        {Decimal("12.00"): 2},
    )
