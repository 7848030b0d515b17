"""A week by hand: three tills, tips, coins, twenty refunds, and guests who pay before and after the day ends."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache

from bistro.core.auth.access import staff_actor
from bistro.core.models import Restaurant
from orders.billing.models import Payment, Refund
from orders.billing.services import refund_payment
from orders.billing.transitions import Method
from orders.till.chain import breaks_of
from orders.till.models import Closing
from orders.till.services import close_till, count_till, open_till
from orders.till.tests.days import CLOSINGS, amounts, close, party, pay, set_tax_mode

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
NAMES = ("sale", "tips", "rounding", "received", "given_back", "money", "open_before", "open_after", "perpetual")


class Week:
    """A house with three people at three tills, of which one is for all."""

    def __init__(self, house, clock):
        self.house, self.clock, self.day = house, clock, 0
        self.waiter, self.manager, self.owner = (
            staff_actor(house.staff(role), house.restaurant.pk) for role in ("waiter", "manager", "owner")
        )

    def go_to(self, hour, minute=0):
        """Go to a time of this business day; hours above 24 are of the night."""
        self.clock.move_to(MONDAY + timedelta(days=self.day, hours=hour - 18, minutes=minute))
        cache.clear()

    def back(self, payment, amount, actor):
        refund_payment(payment_id=payment.pk, amount=Decimal(amount), reason="cold", actor=actor)

    def evening(self):
        """100.00 are ordered, 90.00 of it are paid in time, and 8.00 go back, or 6.00 on the last day."""
        self.go_to(18)
        floats = {self.waiter: "100.00", self.manager: "50.00", self.owner: "0.00"}
        tills = {
            actor: open_till(opening_float=Decimal(amount), actor=actor, shared=actor is self.owner)[0]
            for actor, amount in floats.items()
        }
        first, second, third, night = (party(self.house, dishes) for dishes in (4, 3, 1, 2))
        pay(self.house, first, amount="20.02", tip="2.00", actor=self.waiter)  # 22.00 in coins
        pay(self.house, first, Method.TERMINAL, tip="1.00", actor=self.waiter)
        card = pay(self.house, second, Method.TERMINAL, actor=self.waiter)
        cash = pay(self.house, third, actor=self.manager)
        self.back(card, "5.00", self.manager)
        self.back(cash, "1.00", self.manager)
        if self.day < 6:
            self.back(cash, "2.00", self.owner)
        self.go_to(27, 55)
        pay(self.house, night, amount="10.00", actor=self.owner)
        self.go_to(28, 5)
        pay(self.house, night, amount="10.00", actor=self.owner)
        return {till.pk: self.count(till, actor) for actor, till in tills.items()}

    def count(self, till, actor):
        """Count a till, and close it; return what it should have held."""
        expected = count_till(till_id=till.pk, pieces={}, actor=actor)[0].expected
        count_till(till_id=till.pk, pieces={Decimal("0.01"): int(expected * 100)}, actor=actor)
        assert close_till(till_id=till.pk, actor=actor).difference == 0
        return expected


@pytest.fixture
def week(house):
    with time_machine.travel(MONDAY, tick=False) as clock:
        set_tax_mode(house, "inclusive")
        yield Week(house, clock)


def test_a_week_by_hand(week):
    house = week.house
    printed = {}
    for day in range(7):
        week.day = day
        tills = week.evening()
        last, begun = day == 6, day > 0
        assert list(tills.values()) == [Decimal(122), Decimal(59), Decimal(20 if last else 18)]
        body = close(house, day=(MONDAY + timedelta(days=day)).date())
        received = 22 + Decimal("20.98") + 30 + 10 + 10 + (10 if begun else 0)
        back = 6 if last else 8
        assert amounts(body, *NAMES) == tuple(
            f"{Decimal(value):.2f}"
            for value in (
                100 - back,
                3,
                "-0.02",
                received,
                back,
                received - back,
                10 if begun else 0,
                10,
                94 + 92 * 6 if last else 92 * (day + 1),
            )
        )
        path = f"{CLOSINGS}/{body['id']}"
        printed[path] = house._new_api("manager").get(path).content
    assert Refund.objects.count() == 20
    assert Payment.objects.count() == 42
    rest = amounts(close(house), "sale", "money", "open_before", "open_after")
    assert rest == ("0.00", "10.00", "10.00", "0.00")
    assert breaks_of(list(Closing.objects.order_by("pk"))) == []

    Restaurant.objects.update(tax_mode="added", cash_rounding=None, name="Another")
    for path, text in printed.items():
        assert house._new_api("manager").get(path).content == text, "printed again it is the same to the byte"
