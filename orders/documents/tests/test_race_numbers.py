"""Documents issued at the same time: numbers without a gap or a repetition, also when some of them roll back."""

import os
from contextlib import suppress

import pytest

from bistro.core.kernel.money import ZERO
from bistro.core.tests.racing import race
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.services import Tender, take_payment
from orders.billing.tests.bills import Bill
from orders.billing.transitions import Method
from orders.documents import chain
from orders.documents.models import Document, Journal, Series
from orders.documents.transitions import DocumentKind
from orders.documents.verification import verify
from tables.tests.factories import TableFactory

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CASHIERS = 8
WRITERS, EACH = (50, 200) if os.environ.get("THOROUGH") == "1" else (6, 8)


class Abort(Exception):
    """A failure after the number was taken."""


def cashiers(house):
    """Return eight people who each take the money of another table."""
    work = []
    for _ in range(CASHIERS):
        party = Bill(house, table=TableFactory(section=house.table.section)).party
        actor = house.actor("cashier")
        work.append(
            lambda party=party, actor=actor: take_payment(party_id=party, tender=Tender(Method.CASH), actor=actor)
        )
    return work


def numbers():
    return sorted(Document.objects.values_list("number", flat=True))


def test_numbers_have_no_gap_when_some_payments_roll_back(house, monkeypatch):
    whole, calls = chain.hash_of, iter(range(10**6))

    def failing(previous, payload):
        if next(calls) % 3 == 1:
            raise Abort
        return whole(previous, payload)

    monkeypatch.setattr(chain, "hash_of", failing)
    outcomes = race(cashiers(house))
    kept = sum(not isinstance(outcome, Exception) for outcome in outcomes)
    assert 0 < kept < CASHIERS
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


def writers(house, bill):
    """Return people who each issue many documents of a bill, and give every seventh up after its number was taken."""
    restaurant = house.restaurant

    def write(actor, first):
        kept = 0
        for number in range(first, first + EACH):
            with suppress(Abort), UnitOfWork(actor) as work:
                kind = (DocumentKind.RECEIPT, DocumentKind.CREDIT)[number % 2]
                chain.append_document(
                    chain.Draft(kind=kind, restaurant=restaurant, bill=bill, table_name="1", total=ZERO), work
                )
                if number % 7 == 3:
                    raise Abort
                kept += 1
        return kept

    actors = [house.actor("cashier") for _ in range(WRITERS)]
    return [lambda actor=actor, first=first: write(actor, first) for first, actor in enumerate(actors)]


def test_many_people_issue_many_documents_and_no_series_has_a_hole(house):
    """With THOROUGH=1 they are fifty with two hundred documents each."""
    party = Bill(house)
    party.pay()
    bill = Document.objects.get().bill
    outcomes = race(writers(house, bill), seconds=3600)
    assert [each for each in outcomes if isinstance(each, BaseException)] == []
    assert Document.objects.count() == sum(outcomes) + 1
    assert sum(outcomes) < WRITERS * EACH, "some rolled back"
    for series in Series.objects.all():
        found = list(series.documents.order_by("number").values_list("number", flat=True))
        assert found == list(range(1, series.last + 1))
    assert verify(house.restaurant.pk).breaks == []
