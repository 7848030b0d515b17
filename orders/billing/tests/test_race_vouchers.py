"""Payments with the same voucher, or on the same account, at several tables at once: no balance is spent twice."""

import pytest

from bistro.core.kernel.errors import DomainError
from bistro.core.tests.racing import race
from orders.billing.models import HouseAccount, Payment, Voucher, VoucherMove
from orders.billing.services import Taken, Tender, on_account, spending, take_payment, void_voucher
from orders.billing.tests.vouchers import account_of, agree, sold
from orders.billing.transitions import Method

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PHONES = 4


def phones(house):
    """Return waiters at tables of their own, who take the same 10.00 of a voucher."""
    voucher = sold(house, "10.00")
    tender = Tender(Method.VOUCHER, voucher=voucher.code)
    actors = [house.actor("waiter") for _each in range(PHONES)]
    parties = [house.order(actor, table_id=house.add_table().pk).json["party"] for actor in actors]
    return [
        lambda party=party, actor=actor: take_payment(party_id=party, tender=tender, actor=actor)
        for party, actor in zip(parties, actors, strict=True)
    ]


def test_one_table_gets_the_balance(house):
    outcomes = race(phones(house))
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) == 1
    codes = {each.code for each in outcomes if not isinstance(each, Taken)}
    assert codes <= {"voucher_spent", "voucher_too_small"}
    assert (Payment.objects.count(), Voucher.objects.get().balance) == (1, 0)
    agree()


def test_control_without_the_condition_several_tables_get_it(house, monkeypatch):
    """Each table decides by the balance as it was when the first one looked."""
    real, seen = spending.voucher_of_code, {}
    monkeypatch.setattr(spending, "voucher_of_code", lambda code, where: seen.setdefault(code, real(code, where)))
    monkeypatch.setattr(spending, "_take_off", lambda voucher, amount: True)
    outcomes = race(phones(house))
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) > 1


def test_a_cancelled_voucher_is_not_spent_as_well(house):
    voucher = sold(house, "10.00")
    party, waiter, manager = house.order().json["party"], house.actor("waiter"), house.actor("manager")
    tender = Tender(Method.VOUCHER, voucher=voucher.code)
    outcomes = race(
        [
            lambda: take_payment(party_id=party, tender=tender, actor=waiter),
            lambda: void_voucher(voucher_id=voucher.pk, reason="x", pay_back=True, actor=manager),
        ]
    )
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1
    assert VoucherMove.objects.exclude(kind="sold").count() == 1
    agree()


def charges(house):
    """Return managers at tables of their own, who put 10.00 on an account with a limit of 15.00."""
    tender = Tender(Method.ACCOUNT, account_id=account_of(house, limit="15.00").pk)
    actors = [house.actor("manager") for _each in range(PHONES)]
    parties = [house.order(actor, table_id=house.add_table().pk).json["party"] for actor in actors]
    return [
        lambda party=party, actor=actor: take_payment(party_id=party, tender=tender, actor=actor)
        for party, actor in zip(parties, actors, strict=True)
    ]


def test_an_account_stays_within_its_limit(house):
    outcomes = race(charges(house))
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) == 1
    assert {each.code for each in outcomes if not isinstance(each, Taken)} == {"account_limit"}
    assert HouseAccount.objects.get().balance == 10
    agree()


def test_control_without_the_condition_the_limit_is_passed(house, monkeypatch):
    monkeypatch.setattr(on_account, "_add", lambda account, amount: True)
    outcomes = race(charges(house))
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) > 1
