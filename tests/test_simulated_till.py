"""The end of a simulated evening: what it counts, and the sum that it checks."""

from decimal import Decimal

import pytest

from orders.till.tests.days import close, evening
from tools.simulator.cashiers import differences, pieces_of

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def test_the_counted_pieces_make_the_amount():
    for amount in ("1234.56", "0.01", "100", "0"):
        pieces = pieces_of(Decimal(amount))
        assert sum((Decimal(value) * number for value, number in pieces.items()), Decimal(0)) == Decimal(amount)


def test_a_closing_that_does_not_add_up_is_found(house):
    evening(house)
    closing = close(house)
    assert differences(closing) == []
    for name, wrong in {"tips": "3.01", "open_after": "9.99", "given_back": "4.99"}.items():
        assert differences({**closing, name: wrong}) != [], name
    assert differences({**closing, "methods": closing["methods"][:1]}) != []
