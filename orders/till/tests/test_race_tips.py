"""Several managers share the pool of a day at the same time: it is shared once."""

from decimal import Decimal

import pytest
from django.utils import timezone

from bistro.core.tests.racing import race
from orders.billing.models import TipRule
from orders.till.models import TipMove
from orders.till.services import share_pool, sharing_tips
from orders.till.tests.days import party, pay
from orders.till.tips.book import POOL, read_book

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
MANY = 6


@pytest.fixture
def day(house):
    """Put a tip of 9.00 into the pool, and return the business day."""
    fields = {"goes_to": "pool", "points": {"waiter": 2, "cashier": 1}, "since": timezone.now(), "made_by": "Max"}
    TipRule.objects.create(restaurant=house.restaurant, **fields)
    pay(house, party(house, 1), tip="9.00")
    return house.restaurant.business_date(timezone.now())


def sharers(house, day):
    staff = [house.staff(role).pk for role in ("waiter", "cashier")]
    actors = [house.actor("manager") for _ in range(MANY)]
    return [lambda actor=actor: share_pool(day=day, staff=staff, actor=actor) for actor in actors]


def test_the_pool_is_shared_once(house, day):
    outcomes = race(sharers(house, day))
    assert sorted(len(rows) for rows in outcomes) == [*[0] * (MANY - 1), 2]
    assert sorted(TipMove.objects.values_list("amount", flat=True)) == [Decimal(3), Decimal(6)]
    assert read_book(house.restaurant, day).of(POOL).total == 0


def test_control_with_a_book_from_before_the_lock(house, day, monkeypatch):
    before = read_book(house.restaurant, day)
    monkeypatch.setattr(sharing_tips, "read_book", lambda restaurant, day: before)
    race(sharers(house, day))
    assert TipMove.objects.count() == 2 * MANY
