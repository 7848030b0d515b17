"""Fixtures of the tests of bills."""

import pytest

from orders.billing.tests.bills import Bill
from orders.billing.tests.online import faults


@pytest.fixture
def bill(house):
    """Three dishes at 10.00 for seats 1, 1 and 2, and one without a seat: 40.00 with 3.64 tax."""
    return Bill(house, seats=(1, 1, 2, None))


@pytest.fixture(autouse=True)
def _no_faults():
    """Turn the faults of the dummy provider off."""
    faults()
