"""The checker finds each kind of fault, and none without a fault; all other tests of this folder depend on it."""

from decimal import Decimal

import pytest

from harness.checker import check
from harness.load_clients import PadOrder
from harness.open_state import OpenState, compared, unequal
from harness.screens import Connection, Program
from harness.stored_orders import StoredOrders
from tools.simulator.card import CardItem

pytestmark = pytest.mark.database_agnostic

BURGER = CardItem(1, "Burger", Decimal("9.50"), True, None, False, ())


def pad_order(number, *, order_id=None, refused="", answered=True):
    return PadOrder(f"mark-{number}", BURGER, 2, order_id=order_id, refused=refused, answered=answered)


@pytest.fixture
def stored():
    """Return tables with the correct orders 11 and 12."""
    stored = StoredOrders()
    for number in (1, 2):
        stored.orders[f"mark-{number}"].append(10 + number)
        stored.totals[10 + number] = Decimal("19.00")
        stored.tickets.add(10 + number)
    return stored


@pytest.fixture
def pad_orders():
    return [pad_order(1, order_id=11), pad_order(2, order_id=12)]


def test_all_is_well(pad_orders, stored):
    account = check(pad_orders, stored)
    assert account.problems == []
    assert (account.acknowledged, account.expected, account.found) == (2, Decimal("38.00"), Decimal("38.00"))


def test_nothing_acknowledged_is_no_success(stored):
    assert "nothing was acknowledged" in check([], StoredOrders()).problems


def test_lost(pad_orders, stored):
    stored.orders["mark-1"].clear()
    account = check(pad_orders, stored)
    assert account.lost == {"mark-1"}
    assert not account.money_is_equal


def test_acknowledged_under_another_id_is_lost(pad_orders, stored):
    pad_orders[0].order_id = 99
    assert check(pad_orders, stored).lost == {"mark-1"}


def test_doubled(pad_orders, stored):
    stored.orders["mark-2"].append(13)
    stored.totals[13] = Decimal("19.00")
    account = check(pad_orders, stored)
    assert account.doubled == {"mark-2"}
    assert account.found - account.expected == Decimal("19.00")


def test_invented(pad_orders, stored):
    stored.orders["mark-7"].append(17)
    assert check(pad_orders, stored).invented == {"mark-7"}


def test_refused_and_there_all_the_same(stored):
    account = check([pad_order(1, refused="sold_out"), pad_order(2, order_id=12)], stored)
    assert account.invented == {"mark-1"}
    assert account.refused == {"sold_out": 1}


def test_never_answered(pad_orders, stored):
    account = check([*pad_orders, pad_order(3, answered=False)], stored)
    assert account.unanswered == {"mark-3"}
    assert account.problems == ["1 never answered"]


def test_the_kitchen_has_no_ticket(pad_orders, stored):
    stored.tickets.clear()
    assert check(pad_orders, stored).not_in_kitchen == {"mark-1", "mark-2"}


def test_a_cent_too_much(pad_orders, stored):
    stored.totals[11] += Decimal("0.01")
    stored.totals[12] -= Decimal("0.01")
    account = check(pad_orders, stored)
    assert account.expected == account.found
    assert not account.money_is_equal


@pytest.mark.parametrize(
    ("connections", "missed", "twice"),
    [
        ([Connection(1, [3, 4, 6]), Connection(6, [8])], 0, 0),
        ([Connection(1, [3, 6])], 1, 0),
        ([Connection(1, [3]), Connection(4, [6])], 0, 0),  # the second snapshot includes the events between
        ([Connection(1, [3]), Connection(3, [8])], 2, 0),
        ([Connection(None, [])], 0, 0),
        ([Connection(1, [3, 3, 4])], 0, 1),
        ([Connection(1, [4, 3])], 0, 1),
    ],
)
def test_what_a_screen_was_not_told_or_told_twice(connections, missed, twice):
    screen = Program(None, "", "")
    screen.connections = connections
    assert (screen.missed([1, 3, 4, 6, 8]), screen.twice()) == (missed, twice)


SHOWN = {
    "id": 7, "table": "Table 3", "items": [{"name": "Burger", "quantity": 1}],
    "created_at": "2026-11-21T09:03:24+00:00", "placed_at": "2026-11-21T09:03:24.494274+00:00",
    "status": "confirmed", "seen_on": "Wall", "unseen_at": None, "fired_at": None, "served_at": None,
    "placed_by": "Table 3", "lines": [{"id": 9, "note": ""}],
}  # fmt: skip
OF_THE_API = {
    **{name: value for name, value in SHOWN.items() if name != "items"},
    "table": 3, "table_name": "Table 3", "created_at": SHOWN["placed_at"],
}  # fmt: skip


def program(orders, restaurant=1):
    screen = Program(None, "", "", restaurant=restaurant)
    screen.orders = orders
    return screen


def wrong(*screens):
    """Count the wrong screens. In restaurant 1 one order is open, in restaurant 2 none."""
    return unequal(screens, {1: OpenState({7: compared(OF_THE_API)}, set()), 2: OpenState({}, set())})


def test_the_words_of_old_pads_are_no_difference():
    assert wrong(program({7: SHOWN})) == 0
    assert wrong(program({7: SHOWN | {"created_at": "", "items": []}})) == 0, "they repeat what is compared"


@pytest.mark.parametrize(
    "name", ["table", "status", "seen_on", "unseen_at", "fired_at", "served_at", "placed_by", "lines"]
)
def test_a_screen_that_shows_something_else(name):
    assert wrong(program({7: SHOWN | {name: "else"}})) == 1


def test_a_screen_that_lacks_an_order_or_shows_one_too_many():
    assert wrong(program({}), program({7: SHOWN, 8: SHOWN})) == 2


def test_a_screen_is_judged_by_its_own_restaurant():
    assert wrong(program({}, restaurant=2)) == 0
    assert wrong(program({7: SHOWN}, restaurant=2)) == 1
