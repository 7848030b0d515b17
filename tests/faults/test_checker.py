"""The checker finds each kind of fault, and none without a fault; all other tests of this folder depend on it."""

from decimal import Decimal

import pytest

from harness.books import Books
from harness.checker import check
from harness.guests import Wish
from harness.screens import Connection, Program
from harness.truth import Truth, compared, unequal
from tools.simulator.card import CardItem

pytestmark = pytest.mark.database_agnostic

BURGER = CardItem(1, "Burger", Decimal("9.50"), True, None, False, ())


def wish(number, *, order_id=None, refused="", answered=True):
    return Wish(f"mark-{number}", BURGER, 2, order_id=order_id, refused=refused, answered=answered)


@pytest.fixture
def books():
    """Return tables with the correct orders 11 and 12."""
    books = Books()
    for number in (1, 2):
        books.orders[f"mark-{number}"].append(10 + number)
        books.totals[10 + number] = Decimal("19.00")
        books.tickets.add(10 + number)
    return books


@pytest.fixture
def wishes():
    return [wish(1, order_id=11), wish(2, order_id=12)]


def test_all_is_well(wishes, books):
    account = check(wishes, books)
    assert account.problems == []
    assert (account.acknowledged, account.expected, account.found) == (2, Decimal("38.00"), Decimal("38.00"))


def test_nothing_acknowledged_is_no_success(books):
    assert "nothing was acknowledged" in check([], Books()).problems


def test_lost(wishes, books):
    books.orders["mark-1"].clear()
    account = check(wishes, books)
    assert account.lost == {"mark-1"}
    assert not account.money_is_equal


def test_acknowledged_under_another_id_is_lost(wishes, books):
    wishes[0].order_id = 99
    assert check(wishes, books).lost == {"mark-1"}


def test_doubled(wishes, books):
    books.orders["mark-2"].append(13)
    books.totals[13] = Decimal("19.00")
    account = check(wishes, books)
    assert account.doubled == {"mark-2"}
    assert account.found - account.expected == Decimal("19.00")


def test_invented(wishes, books):
    books.orders["mark-7"].append(17)
    assert check(wishes, books).invented == {"mark-7"}


def test_refused_and_there_all_the_same(books):
    account = check([wish(1, refused="sold_out"), wish(2, order_id=12)], books)
    assert account.invented == {"mark-1"}
    assert account.refused == {"sold_out": 1}


def test_never_answered(wishes, books):
    account = check([*wishes, wish(3, answered=False)], books)
    assert account.unanswered == {"mark-3"}
    assert account.problems == ["1 never answered"]


def test_the_kitchen_has_no_ticket(wishes, books):
    books.tickets.clear()
    assert check(wishes, books).not_in_kitchen == {"mark-1", "mark-2"}


def test_a_cent_too_much(wishes, books):
    books.totals[11] += Decimal("0.01")
    books.totals[12] -= Decimal("0.01")
    account = check(wishes, books)
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
    return unequal(screens, {1: Truth({7: compared(OF_THE_API)}, set()), 2: Truth({}, set())})


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
