"""Concurrent pauses of the same dish become one pause.

The control removes the lock of the menu's version. Then each request finds no pause, and the database refuses one.
"""

import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError

from bistro.core.tests.racing import race
from menu.models import Pause
from menu.services import pause, pausing, resume

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_at_once_is_one_pause(house):
    cook = house.actor("kitchen")
    outcomes = race([lambda: pause(item_id=house.item.pk, minutes=20, actor=cook)] * 8)
    assert len({row.pk for row in outcomes}) == Pause.objects.count() == 1


def test_pausing_and_resuming_at_once_do_not_wait_for_each_other_in_a_circle(house):
    cook = house.actor("kitchen")
    row = pause(item_id=house.item.pk, minutes=20, actor=cook)
    acts = [
        lambda: pause(item_id=house.item.pk, minutes=20, actor=cook),
        lambda: resume(pause_id=row.pk, actor=cook),
    ]
    outcomes = race(acts * 4)
    assert [error for error in outcomes if isinstance(error, Exception)] == []
    assert Pause.objects.open().count() <= 1


@pytest.mark.postgres
def test_control_without_the_lock(house, monkeypatch):
    barrier, save = threading.Barrier(2), Pause.save

    def meet(*args, **more):
        """Wait until both requests have found no pause."""
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=30)
        save(*args, **more)

    monkeypatch.setattr(pausing, "touch_pauses", lambda work: None)
    monkeypatch.setattr(Pause, "save", meet)
    cook = house.actor("kitchen")
    outcomes = race([lambda: pause(item_id=house.item.pk, minutes=20, actor=cook)] * 2)
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 1
