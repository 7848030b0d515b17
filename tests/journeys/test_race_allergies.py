"""An order is placed while a waiter declares an allergy of its party: the order never misses it.

The control removes the locks: then the order is placed without the allergy.
"""

import threading
import time
from contextlib import suppress

import pytest

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.tests.racing import race
from orders.models import OrderLine
from orders.services import batch, declare_allergies, declaring, place_orders

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


class Meeting:
    """A point where the order, which has read the party, and the declaration wait for each other."""

    def __init__(self, monkeypatch):
        self.barrier = threading.Barrier(2)
        self.write_lines, self.update_orders = batch.line_rows, declaring.update_orders
        monkeypatch.setattr(batch, "line_rows", self.order)
        monkeypatch.setattr(declaring, "update_orders", self.declaration)

    def meet(self):
        with suppress(threading.BrokenBarrierError):  # the other waits for the table's lock, as intended
            self.barrier.wait(timeout=0.7)

    def order(self, *given):
        self.meet()
        time.sleep(0.3)  # the declaration commits first if nothing holds it back
        return self.write_lines(*given)

    def declaration(self, *given):
        self.meet()
        return self.update_orders(*given)


def order_and_declare(house, monkeypatch):
    """Return the allergies of the line that was ordered meanwhile."""
    party, waiter = house.order().json["party"], house.actor("waiter")
    request = house.request()
    Meeting(monkeypatch)
    race(
        [
            lambda: place_orders([request]),
            lambda: declare_allergies(party_id=party, allergies=["nuts"], actor=waiter),
        ]
    )
    return OrderLine.objects.latest("pk").allergies


def test_the_order_has_the_allergy(house, monkeypatch):
    assert order_and_declare(house, monkeypatch) == ["nuts"]
    assert OrderLine.objects.filter(allergies=["nuts"]).count() == 2


@pytest.mark.postgres
def test_control_without_the_locks_it_is_missed(house, monkeypatch):
    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    for query in (batch.tables_by_key, batch.tables_by_name):
        monkeypatch.setattr(query, "_statements", {})  # compiled again, without the lock
    assert order_and_declare(house, monkeypatch) == []
