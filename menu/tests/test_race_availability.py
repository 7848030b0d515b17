"""Two people undo the same change: one of them is told that it was changed.

The control removes the lock of the dish. Then both restore the same state.
"""

import threading
from contextlib import suppress

import pytest

from bistro.core.kernel.errors import LostRace
from bistro.core.tests.racing import race
from menu.models import Item
from menu.services import availability, set_available, undo_availability

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def undo_at_once(house, times):
    waiter = house.actor("waiter")
    change = set_available(item_id=house.item.pk, available=False, actor=waiter).availability_change
    return race([lambda: undo_availability(item_id=house.item.pk, change=change, actor=waiter)] * times)


def test_one_undo_wins(house):
    outcomes = undo_at_once(house, 6)
    assert sum(isinstance(outcome, Item) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, LostRace) for outcome in outcomes) == 5
    item = Item.objects.get(pk=house.item.pk)
    assert (item.available, item.availability_change) == (True, 2)


@pytest.mark.postgres
def test_control_without_the_lock(house, monkeypatch):
    barrier = threading.Barrier(2)

    def unlocked(item_id, actor):
        item = Item.objects.get(pk=item_id)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=5)
        return item

    waiter = house.actor("waiter")
    change = set_available(item_id=house.item.pk, available=False, actor=waiter).availability_change
    monkeypatch.setattr(availability, "_locked", unlocked)
    outcomes = race([lambda: undo_availability(item_id=house.item.pk, change=change, actor=waiter)] * 2)
    assert [type(outcome) for outcome in outcomes] == [Item, Item]
