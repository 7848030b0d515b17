"""A tab that is charged and released, or charged twice, at the same moment: one of them happens."""

import copy

import pytest

from bistro.core.kernel.errors import LostRace
from bistro.core.tests.racing import race
from orders.billing.models import DummyCharge, Payment
from orders.billing.services import capture_tab, open_tab, release_tab, tabs
from orders.billing.tests.online import sweep

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def opened(house):
    actor = house.actor("cashier")
    party = house.order(quantity=3).json["party"]
    return open_tab(party_id=party, amount=house.item.price * 3, actor=actor).payment, actor


def both(house):
    tab, actor = opened(house)
    return race(
        [
            lambda: capture_tab(payment_id=tab.pk, actor=actor),
            lambda: release_tab(payment_id=tab.pk, actor=actor),
        ]
    )


def test_charged_or_released(house):
    captured, released = both(house)
    sweep()
    status, bank = Payment.objects.get().status, DummyCharge.objects.get().state
    assert status == bank
    lost = captured if isinstance(captured, LostRace) else released
    assert lost.code in ("tab_over", "tab_captured", "already_paid")
    assert status == ("cancelled" if lost is captured else "captured")


def test_control_by_the_tab_as_it_was_both_go_on(house, monkeypatch):
    """Each of them decides by the tab as it was before, and calls the bank."""
    tab, actor = opened(house)
    monkeypatch.setattr(tabs, "_tab", lambda payment, work: copy.copy(tab))
    tab.refresh_from_db()
    outcomes = race(
        [
            lambda: capture_tab(payment_id=tab.pk, actor=actor),
            lambda: release_tab(payment_id=tab.pk, actor=actor),
        ]
    )
    assert not any(isinstance(each, LostRace) for each in outcomes)


def test_two_charges_are_one(house):
    tab, actor = opened(house)
    price = house.item.price
    outcomes = race(
        [
            lambda amount=amount: capture_tab(payment_id=tab.pk, amount=amount, actor=actor)
            for amount in (price, price * 2)
        ]
    )
    assert sum(isinstance(each, LostRace) for each in outcomes) == 1
    sweep()
    assert DummyCharge.objects.get().captured == Payment.objects.get().amount
