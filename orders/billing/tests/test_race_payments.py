"""Payments of one bill at the same time: nothing is paid twice."""

import pytest

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.models import Event
from bistro.core.tests.racing import race
from orders.billing.models import DummyCharge, Payment
from orders.billing.providers.dummy import bell_for
from orders.billing.services import (
    Taken,
    Tender,
    ask_next,
    locking,
    receive_event,
    refund_payment,
    start_payment,
    take_payment,
)
from orders.billing.tests.online import faults, sweep
from orders.billing.transitions import Method
from orders.services import Once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CASHIERS = 8


def cashiers(house):
    """Return eight people who take the same 10.00."""
    party = house.order().json["party"]
    actors = [house.actor("cashier") for _ in range(CASHIERS)]
    return [
        lambda actor=actor: take_payment(party_id=party, tender=Tender(Method.CASH), actor=actor) for actor in actors
    ]


def test_one_of_eight_takes_the_money(house):
    outcomes = race(cashiers(house))
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) == 1
    lost = [outcome for outcome in outcomes if not isinstance(outcome, Taken)]
    assert [(type(each), each.status, each.code) for each in lost] == [(LostRace, 409, "nothing_due")] * (CASHIERS - 1)
    assert Payment.objects.count() == 1


def test_control_with_the_bill_as_it_was_before_several_do(house, monkeypatch):
    """Each of them decides by the bill as it was before the first payment: the lock alone does not help."""
    real, seen = locking.read_statement, {}
    monkeypatch.setattr(locking, "read_statement", lambda party, where: seen.setdefault(party.pk, real(party, where)))
    outcomes = race(cashiers(house))
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) > 1


def test_one_key_is_one_payment(house):
    party, actor = house.order(quantity=3).json["party"], house.actor("cashier")
    cash = Tender(Method.CASH, amount=house.item.price)
    once = Once("tap", "f")
    outcomes = race([lambda: take_payment(party_id=party, tender=cash, actor=actor, once=once)] * CASHIERS)
    assert len({outcome.payment.pk for outcome in outcomes}) == 1
    assert Payment.objects.count() == 1


def test_no_more_goes_back_than_was_paid(house):
    party = house.order().json["party"]
    manager = house.actor("manager")
    payment = take_payment(party_id=party, tender=Tender(Method.TERMINAL), actor=manager).payment
    actors = [house.actor("manager") for _ in range(CASHIERS)]
    outcomes = race(
        [
            lambda actor=actor: refund_payment(payment_id=payment.pk, amount=payment.amount, reason="x", actor=actor)
            for actor in actors
        ]
    )
    assert sum(isinstance(outcome, tuple) for outcome in outcomes) == 1
    assert {each.code for each in outcomes if not isinstance(each, tuple)} == {"refund_above_paid"}


def phones(house):
    """Return two guests who pay the same last 20.00 at the same moment."""
    party = house.order(quantity=2).json["party"]
    guest = Actor.guest(house.restaurant.pk, party)
    return [lambda: start_payment(party_id=party, tender=Tender(Method.DUMMY), actor=guest)] * 2


def test_two_phones_start_one_payment(house):
    outcomes = race(phones(house))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LostRace", "Taken"]
    assert (Payment.objects.count(), DummyCharge.objects.count()) == (1, 1)


def test_control_two_phones_that_both_see_the_bill_as_it_was(house, monkeypatch):
    real, seen = locking.read_statement, {}
    monkeypatch.setattr(locking, "read_statement", lambda party, where: seen.setdefault(party.pk, real(party, where)))
    race(phones(house))
    assert DummyCharge.objects.count() == 2


def test_messages_at_the_same_moment_count_once(house, client):
    """Ten copies of a message, and ten questions after them, capture a payment once."""
    faults(waits=1)
    party, actor = house.order().json["party"], house.actor("waiter")
    payment = take_payment(party_id=party, tender=Tender(Method.DUMMY), actor=actor).payment
    body, headers = bell_for(payment.attempts.get().key)
    assert sum(race([lambda: receive_event(code="dummy", body=body, headers=headers)] * CASHIERS)) == 1
    ask_next()
    race([ask_next] * CASHIERS)
    sweep()
    assert Payment.objects.get().status == "captured"
    assert Event.objects.filter(type="payment_updated", action="captured").count() == 1
