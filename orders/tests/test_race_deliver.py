"""Two waiters take the ready food of a table at once: one delivers everything, the other is told.

The control removes the locks. Then both deliver the same orders.
"""

import threading
from contextlib import suppress

import pytest

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.errors import LostRace
from bistro.core.models import Event
from bistro.core.tests.racing import race
from orders.models import Order
from orders.services import deliver_order, deliver_ready, moving

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


class Meeting:
    """A barrier after both waiters have found the ready orders and before either writes one."""

    def __init__(self, original):
        self.original, self.barrier = original, threading.Barrier(2)

    def __call__(self, *args, **kwargs):
        with suppress(threading.BrokenBarrierError):  # the other one waits at the lock: that is what it is for
            self.barrier.wait(timeout=0.7)
        return self.original(*args, **kwargs)


def deliver_twice(house, monkeypatch):
    """Return (deliveries of two orders in the log, refusals) of two waiters at once."""
    house.reach("ready")
    house.reach("ready")
    monkeypatch.setattr(moving, "_deliver", Meeting(moving._deliver))
    waiter = house.actor("waiter")
    outcomes = race([lambda: deliver_ready(table_id=house.table.pk, actor=waiter)] * 2)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(error, LostRace) for error in refused)
    return Event.objects.filter(action="delivered").count(), len(refused)


def test_of_two_waiters_one_delivers_everything(house, monkeypatch):
    assert deliver_twice(house, monkeypatch) == (2, 1)
    assert set(Order.objects.values_list("status", flat=True)) == {"delivered"}


@pytest.mark.postgres
def test_control_without_the_locks_both_deliver(house, monkeypatch):
    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    assert deliver_twice(house, monkeypatch) == (4, 0)


def test_one_order_and_all_orders_at_once(house):
    """A deadlock would show as an error that is no refusal."""
    orders = [house.reach("ready")["id"] for _ in range(3)]
    waiter = house.actor("waiter")
    one = [lambda pk=pk: deliver_order(order_id=pk, actor=waiter) for pk in reversed(orders)]
    outcomes = race([*one, lambda: deliver_ready(table_id=house.table.pk, actor=waiter)])
    assert all(not isinstance(each, Exception) or hasattr(each, "code") for each in outcomes), outcomes
    assert set(Order.objects.values_list("status", flat=True)) == {"delivered"}
    assert Event.objects.filter(action="delivered").count() == 3
