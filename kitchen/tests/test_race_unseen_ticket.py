"""Concurrent sweeps of two processes, with a screen's report between: one alarm, or none.

The control removes the condition of the locked rows: then both raise the alarm.
"""

import threading
from datetime import timedelta

import pytest

from bistro.core.models import Event
from bistro.core.tests.racing import race
from kitchen.querysets import TicketQuerySet
from kitchen.services import alarming, raise_unseen_ticket_alarms
from kitchen.tests.test_unseen_ticket import fire, order_of, see

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def fired_at(house):
    ticket = fire(house, order_of(house, 1, 2))
    return ticket, ticket.awaited_since + timedelta(seconds=21)


def sweep_twice(house, monkeypatch):
    """Sweep in two processes that find the same ticket due before either writes."""
    _ticket, now = fired_at(house)
    original, barrier = alarming._raise_in, threading.Barrier(2)

    def together(*args):
        barrier.wait(timeout=20)
        return original(*args)

    monkeypatch.setattr(alarming, "_raise_in", together)
    outcomes = race([lambda: raise_unseen_ticket_alarms(now=now)] * 2)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    return sorted(outcomes), Event.objects.filter(action="unseen").count()


def test_of_two_sweeps_one_alarms(house, monkeypatch):
    assert sweep_twice(house, monkeypatch) == ([0, 1], 1)


def test_control_without_the_condition_both_alarm(house, monkeypatch):
    monkeypatch.setattr(TicketQuerySet, "not_alarmed", lambda rows: rows)
    assert sweep_twice(house, monkeypatch) == ([1, 1], 2)


def seen_between(house, monkeypatch):
    """Sweep with a screen's report between the sweep's reading and its writing."""
    ticket, now = fired_at(house)
    original = alarming._raise_in

    def seen_first(*args):
        see(house, ticket)
        return original(*args)

    monkeypatch.setattr(alarming, "_raise_in", seen_first)
    return raise_unseen_ticket_alarms(now=now), Event.objects.filter(action="unseen").count()


def test_a_ticket_that_is_seen_meanwhile_is_left_alone(house, monkeypatch):
    assert seen_between(house, monkeypatch) == (0, 0)


def test_control_without_looking_again_a_seen_ticket_is_alarmed(house, monkeypatch):
    """The first query is real; the second is replaced by the first one's result."""
    honest = TicketQuerySet.overdue
    looks = iter([honest, lambda rows, now: rows])
    monkeypatch.setattr(TicketQuerySet, "overdue", lambda rows, now: next(looks)(rows, now))
    assert seen_between(house, monkeypatch) == (1, 1)
