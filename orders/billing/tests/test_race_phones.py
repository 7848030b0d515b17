"""Twenty phones that pay the shares of one bill at once, while a waiter voids a dish."""

from decimal import Decimal

import pytest
from django.db import OperationalError

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.models import Restaurant
from bistro.core.tests.racing import race
from orders.billing.models import DummyCharge, Payment
from orders.billing.services import Taken, Tender, locking, split_bill, start_payment, take_payment
from orders.billing.statements import read_statement
from orders.billing.tests.online import collected, sweep
from orders.billing.transitions import Method
from orders.models import OrderLine
from orders.order_commands import LineRequest
from orders.services import void_lines
from tables.models import Party

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PHONES = 20


def bill_of(party):
    return read_statement(Party.objects.get(pk=party), Restaurant.objects.get())


@pytest.fixture
def split(house):
    """Return the party of a bill of 70.33 in twenty equal parts: 3.52 thirteen times, 3.51 seven times."""
    lines = (
        LineRequest(item=house.item.pk, quantity=7),
        LineRequest(item=house.add_item(price="0.33").pk, quantity=1),
    )
    party = house.order(house.actor("waiter"), lines=lines).json["party"]
    split_bill(party_id=party, by="equal", ways=PHONES, actor=house.actor("waiter"))
    return party


def phones(house, party):
    """Return a guest for each share, who pays what the phone shows."""
    shares = [each.share.pk for each in bill_of(party).shares]
    guest = Actor.guest(house.restaurant.pk, party)
    tenders = [Tender(Method.DUMMY, share_id=share) for share in shares]
    return [lambda each=each: start_payment(party_id=party, tender=each, actor=guest) for each in tenders]


def play(runners):
    """Race, and return what each got. A phone without a free connection tries once more."""
    outcomes = race(runners)
    busy = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, OperationalError)]
    sweep(minutes=2)  # what such a phone had begun ends first
    for place in busy:
        [outcomes[place]] = race([runners[place]])
    return outcomes


def test_the_last_cent_is_right(house, split):
    outcomes = play(phones(house, split))
    assert all(isinstance(each, Taken) or each.code == "nothing_due" for each in outcomes), outcomes
    amounts = sorted(Payment.objects.values_list("amount", flat=True))
    assert amounts == [Decimal("3.51")] * 7 + [Decimal("3.52")] * 13
    book = bill_of(split)
    assert (book.state, book.open, collected()) == ("settled", Decimal(0), Decimal("70.33"))


def test_a_dish_is_voided_while_they_pay(house, split):
    """Later phones pay less; at the end the bill is paid to the cent, or what was paid too much is known."""
    line, manager = OrderLine.objects.get(quantity=1), house.actor("manager")
    told = {"order_id": line.order_id, "lines": {line.pk: None}, "reason": "wrong", "actor": manager}
    outcomes = play([*phones(house, split)[:10], lambda: void_lines(**told), *phones(house, split)[10:]])
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(each, LostRace) for each in refused), refused
    book = bill_of(split)
    assert book.total == Decimal("70.00")
    assert book.paid == collected() == sum(Payment.objects.values_list("amount", flat=True))
    assert (book.due, book.excess) == (max(70 - collected(), 0), max(collected() - 70, 0))
    assert book.excess <= Decimal("0.33")
    if book.due:
        take_payment(party_id=split, tender=Tender(Method.CASH), actor=manager)
    assert bill_of(split).open == -book.excess


def test_control_phones_that_all_see_the_bill_as_it_was_pay_it_twice(house, split, monkeypatch):
    """Each of them pays the rest of the bill as it was."""
    real, seen = locking.read_statement, {}
    monkeypatch.setattr(locking, "read_statement", lambda party, where: seen.setdefault(party.pk, real(party, where)))
    guest = Actor.guest(house.restaurant.pk, split)
    race([lambda: start_payment(party_id=split, tender=Tender(Method.DUMMY), actor=guest)] * PHONES)
    assert DummyCharge.objects.count() > 1
