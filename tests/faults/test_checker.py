"""The checker finds each kind of fault, and none where there is none: every other test here rests on it."""

from decimal import Decimal

import pytest

from bistro.simulator.card import CardItem
from tests.faults.books import Books
from tests.faults.checker import check
from tests.faults.guests import Wish
from tests.faults.screens import Connection, Program

BURGER = CardItem(1, "Burger", Decimal("9.50"), True, None, False, ())


def wish(number, *, order_id=None, refused="", answered=True):
    return Wish(f"mark-{number}", BURGER, 2, order_id, refused, answered)


@pytest.fixture
def books():
    """Orders 11 and 12 stand as they should."""
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
        ([Connection(1, [3]), Connection(4, [6])], 0, 0),  # what lies between is the next one's matter: its start
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
