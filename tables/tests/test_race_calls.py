"""Two waiters take one call, and two taps call once.

The controls remove what protects: the condition of the UPDATE, and the lock of the table.
"""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.errors import LostRace
from bistro.core.models import Event
from bistro.core.tests.racing import race
from tables.models import ServiceCall
from tables.querysets import CallQuerySet
from tables.services import call_staff, escalate_calls, escalating, take_call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def take_at_once(house, times):
    call, _new = call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    waiters = [house.actor("waiter") for _ in range(times)]
    return race([lambda waiter=waiter: take_call(call_id=call.pk, actor=waiter) for waiter in waiters])


def test_one_waiter_takes_a_call(house):
    outcomes = take_at_once(house, 6)
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, ServiceCall)]
    assert sum(isinstance(outcome, LostRace) for outcome in outcomes) == 5
    assert ServiceCall.objects.get().taken_by_name == winner.taken_by_name


def test_control_without_the_condition_all_take_it(house, monkeypatch):
    monkeypatch.setattr(CallQuerySet, "ringing", lambda rows: rows)
    assert [type(outcome) for outcome in take_at_once(house, 3)] == [ServiceCall] * 3


def escalate_at_once(house, times):
    """Run the sweep in several processes at once, and return the number of events about the escalation."""
    call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    now = timezone.now() + timedelta(seconds=100)
    race([lambda: escalate_calls(now=now)] * times)
    return Event.objects.filter(action="escalated").count()


def test_sweeps_at_once_escalate_once(house):
    assert escalate_at_once(house, 4) == 1
    assert ServiceCall.objects.get().alarmed_at is None


def test_control_without_the_condition_each_sweep_escalates(house, monkeypatch):
    barrier, update = threading.Barrier(3), QuerySet.update

    def meet(rows, **columns):
        if "escalated_at" in columns:
            rows = ServiceCall.objects.filter(closed_at=None)
        return update(rows, **columns)

    def first(restaurant_id, due, now, escalate_in=escalating._escalate_in):
        barrier.wait(timeout=20)  # all have read that the call is due
        return escalate_in(restaurant_id, due, now)

    monkeypatch.setattr(escalating, "_escalate_in", first)
    monkeypatch.setattr(QuerySet, "update", meet)
    assert escalate_at_once(house, 3) == 3


def test_taps_at_once_are_one_call(house):
    outcomes = race([lambda: call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)] * 6)
    assert [new for _call, new in outcomes].count(True) == 1
    assert len({call.pk for call, _new in outcomes}) == ServiceCall.objects.count() == 1


@pytest.mark.postgres
def test_control_without_the_lock_the_database_refuses_one(house, monkeypatch):
    barrier, first = threading.Barrier(2), CallQuerySet.first

    def meet(rows):
        found = first(rows)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=5)
        return found

    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    monkeypatch.setattr(CallQuerySet, "first", meet)
    outcomes = race([lambda: call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)] * 2)
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 1
