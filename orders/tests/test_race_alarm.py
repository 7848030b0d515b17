"""Races of the alarm sweep: two processes raise one alarm, and a confirmation in the meantime prevents it.

The control removes the condition of the locked rows. Then both processes raise an alarm.
"""

import threading
from datetime import timedelta

import pytest

from bistro.core.models import Event
from bistro.core.tests.racing import race
from orders.models import Order
from orders.querysets import OrderQuerySet
from orders.services import alarming, confirm_order, raise_unseen_alarms

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


class Meeting:
    """A barrier that all sweeps pass after they have found the order and before they write."""

    def __init__(self, parties):
        self.original, self.barrier = alarming._raise_in, threading.Barrier(parties)

    def __call__(self, *args):
        self.barrier.wait(timeout=20)
        return self.original(*args)


def sweep_twice(house, monkeypatch):
    now = Order.objects.get(pk=house.order().id).placed_at + timedelta(seconds=21)
    monkeypatch.setattr(alarming, "_raise_in", Meeting(2))
    outcomes = race([lambda: raise_unseen_alarms(now=now)] * 2)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    return sorted(outcomes), Event.objects.filter(action="unseen").count()


def test_of_two_sweeps_one_alarms(house, monkeypatch):
    assert sweep_twice(house, monkeypatch) == ([0, 1], 1)
    assert Order.objects.get().version == 2


def test_control_without_the_condition_both_alarm(house, monkeypatch):
    monkeypatch.setattr(OrderQuerySet, "not_alarmed", lambda rows: rows)
    assert sweep_twice(house, monkeypatch) == ([1, 1], 2)


def confirmed_between(house, monkeypatch):
    """Run a sweep in which a waiter confirms the order between the read and the write."""
    order, waiter = house.order(), house.actor("waiter")
    original = alarming._raise_in

    def confirmed_first(*args):
        confirm_order(order_id=order.id, actor=waiter)
        return original(*args)

    monkeypatch.setattr(alarming, "_raise_in", confirmed_first)
    raised = raise_unseen_alarms(now=Order.objects.get().placed_at + timedelta(seconds=21))
    return raised, list(Event.objects.filter(type="order_updated").order_by("seq").values_list("action", flat=True))


def test_an_order_that_is_confirmed_meanwhile_is_left_alone(house, monkeypatch):
    assert confirmed_between(house, monkeypatch) == (0, ["confirmed"])
    assert (Order.objects.get().status, Order.objects.get().unseen_at) == ("confirmed", None)


def test_control_without_looking_again_a_seen_order_is_alarmed(house, monkeypatch):
    """Remove the condition: the first call of `overdue` filters, the second returns all rows."""
    honest = OrderQuerySet.overdue
    looks = iter([honest, lambda rows, now: rows])
    monkeypatch.setattr(OrderQuerySet, "overdue", lambda rows, now: next(looks)(rows, now))
    assert confirmed_between(house, monkeypatch) == (1, ["confirmed", "unseen"])
