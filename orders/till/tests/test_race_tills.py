"""Closings, counts and payments at the same time: one closing, and all money in exactly one place."""

from decimal import Decimal

import pytest

from bistro.core.kernel.errors import LostRace
from bistro.core.tests.racing import race
from orders.billing.services import Taken, Tender, take_payment
from orders.billing.transitions import Method
from orders.till.models import Closing, TillMove
from orders.till.representations import closing_json
from orders.till.services import close_period, closing_periods, count_till, open_till
from orders.till.tests.days import close, party

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
MANY = 6


def closers(house):
    actors = [house.actor("manager") for _ in range(MANY)]
    return [lambda actor=actor: close_period(actor=actor) for actor in actors]


def payers(house):
    pairs = [(party(house, 1), house.actor("cashier")) for _ in range(MANY)]
    return [
        lambda guests=guests, actor=actor: take_payment(party_id=guests, tender=Tender(Method.CASH), actor=actor)
        for guests, actor in pairs
    ]


def test_one_of_many_closes_the_day(house):
    outcomes = race(closers(house))
    assert sum(isinstance(outcome, tuple) for outcome in outcomes) == 1
    lost = [each for each in outcomes if not isinstance(each, tuple)]
    assert [(type(each), each.code) for each in lost] == [(LostRace, "period_closed")] * (MANY - 1)
    assert Closing.objects.count() == 1


def test_control_without_the_check_of_the_last_closing(house, monkeypatch):
    """The constraint of the database then stops the others, without a sentence for people."""
    monkeypatch.setattr(closing_periods, "_require_later", lambda last, day: None)
    outcomes = race(closers(house))
    assert not any(isinstance(outcome, LostRace) for outcome in outcomes)
    assert Closing.objects.count() == 1


def test_money_during_a_closing_is_in_one_closing(house):
    outcomes = race([*payers(house), closers(house)[0]])
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) == MANY
    first = closing_json(Closing.objects.get())
    assert first["unexplained"] == "0.00"
    moves = TillMove.objects.filter(closing=first["id"])
    assert sum(moves.values_list("amount", flat=True), Decimal(0)) == Decimal(first["money"])


def test_cash_during_a_count_is_expected_or_in_no_till(house):
    till, _replayed = open_till(opening_float=Decimal(0), shared=True, actor=house.actor("manager"))
    boss = house.actor("manager")
    outcomes = race([*payers(house), lambda: count_till(till_id=till.pk, pieces={}, actor=boss)])
    assert not any(isinstance(outcome, Exception) for outcome in outcomes)
    till.refresh_from_db()
    inside = TillMove.objects.filter(till=till)
    assert till.expected == sum(inside.values_list("amount", flat=True), Decimal(0))
    assert TillMove.objects.count() == MANY
    assert close(house)["money"] == str(house.item.price * MANY)
