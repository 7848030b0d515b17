"""Fixtures of the tests of tills."""

from decimal import Decimal

import pytest

from bistro.core.auth.access import staff_actor
from orders.billing.tests.bills import Bill
from orders.till.services import open_till


@pytest.fixture
def bill(house):
    """Four dishes at 10.00: 40.00 with 3.64 tax."""
    return Bill(house, seats=(1, 1, 2, None))


@pytest.fixture
def till(house):
    """Return the id of the open till of the waiter, with a float of 100.00."""
    actor = staff_actor(house.staff("waiter"), house.restaurant.pk)
    return open_till(opening_float=Decimal("100.00"), actor=actor)[0].pk
