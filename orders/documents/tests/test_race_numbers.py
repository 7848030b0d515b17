"""Documents issued at the same time: numbers without a gap or a repetition, also when some of them roll back."""

import os

import pytest
from django.db import OperationalError

from bistro.core.kernel.errors import Overloaded
from bistro.core.tests.racing import race
from orders.billing.services import Tender, take_payment
from orders.billing.tests.bills import Bill
from orders.billing.transitions import Method
from orders.documents import chain
from orders.documents.models import Document, Journal
from orders.documents.verification import verify
from tables.tests.factories import TableFactory

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
# `RACE_CASHIERS` and `RACE_RECEIPTS` make the race longer.
CASHIERS = int(os.environ.get("RACE_CASHIERS") or 8)
RECEIPTS = int(os.environ.get("RACE_RECEIPTS") or 1)
OF_A_BILL = 10


class Abort(Exception):
    """A failure after the number was taken."""


def cashiers(house, receipts=1):
    """Return people who each take the money of tables of their own, a dish at a time."""
    return [cashier(house, receipts) for _ in range(CASHIERS)]


def cashier(house, receipts):
    """Return a person who takes so many payments, and what became of each."""
    actor, parties = house.actor("cashier"), []
    for _bill in range(0, receipts, OF_A_BILL):
        table = TableFactory(section=house.table.section)
        parties.append(Bill(house, seats=[None] * min(receipts, OF_A_BILL), table=table).party)
    tender = Tender(Method.TERMINAL, house.item.price)

    def take(number):
        try:
            return take_payment(party_id=parties[number // OF_A_BILL], tender=tender, actor=actor)
        except (Abort, Overloaded, OperationalError) as refused:  # a busy machine refuses some, and keeps nothing
            return refused

    return lambda: [take(number) for number in range(receipts)]


def numbers():
    return sorted(Document.objects.values_list("number", flat=True))


def test_numbers_have_no_gap_when_some_payments_roll_back(house, monkeypatch):
    whole, calls = chain.hash_of, iter(range(10**6))

    def failing(previous, payload):
        if next(calls) % 3 == 1:
            raise Abort
        return whole(previous, payload)

    monkeypatch.setattr(chain, "hash_of", failing)
    outcomes = [each for taken in race(cashiers(house, RECEIPTS), seconds=3600) for each in taken]
    kept = sum(not isinstance(outcome, Exception) for outcome in outcomes)
    assert 0 < kept < len(outcomes) == CASHIERS * RECEIPTS
    assert numbers() == list(range(1, kept + 1))
    assert verify(house.restaurant.pk).breaks == []


def test_control_without_the_lock_of_the_journal_numbers_collide(house, monkeypatch):
    """Each reads the end of the journal before any other has written it."""
    race(cashiers(house)[:1])
    end = Journal.objects.get()
    monkeypatch.setattr(chain, "_lock_journal", lambda work: Journal(pk=end.pk, position=end.position, hash=end.hash))
    outcomes = race(cashiers(house))
    failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(failures) == CASHIERS - 1  # the database refuses the second document at one position
