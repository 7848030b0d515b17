"""Two waiters take one call, and two taps call once.

The controls remove what protects: the condition of the UPDATE, and the lock of the table.
"""

import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.errors import LostRace
from bistro.core.tests.racing import race
from tables.models import ServiceCall
from tables.querysets import CallQuerySet
from tables.services import call_staff, take_call

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
