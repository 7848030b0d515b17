"""Fixtures that several tests of orders share."""

import pytest

from orders.tests.placed_beers import Placed


@pytest.fixture
def beers(house):
    return Placed(house).place()


@pytest.fixture
def lemon_beers(house):
    return Placed(house).place(modifiers=["Lemon"])
