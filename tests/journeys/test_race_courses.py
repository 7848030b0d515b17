"""Two waiters fire the same course at once: one succeeds, the other is refused, and the kitchen gets it once.

The control removes the order's lock: then both succeed.
"""

import threading
from contextlib import suppress

import pytest

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.errors import LostRace
from bistro.core.models import Event
from bistro.core.tests.racing import race
from kitchen.models import Ticket
from orders.order_commands import LineRequest
from orders.services import cancel_order, fire_course, firing

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(house):
    """Place two courses, the second on hold."""
    house.hold_courses()
    lines = tuple(LineRequest(item=house.item.pk, quantity=1, course=course) for course in (1, 2))
    return house.order(lines=lines).id


def fire(house, order):
    waiter = house.actor("waiter")
    return lambda: fire_course(order_id=order, course=2, actor=waiter)


class Meeting:
    """A barrier after the reading of the held course and before the writing."""

    def __init__(self, original, people):
        self.original, self.barrier = original, threading.Barrier(people)

    def __call__(self, *given):
        with suppress(threading.BrokenBarrierError):  # the others wait for the order's lock, as intended
            self.barrier.wait(timeout=0.7)
        return self.original(*given)


def fire_twice(house, order, monkeypatch):
    monkeypatch.setattr(firing, "move_lines", Meeting(firing.move_lines, 2))
    return race([fire(house, order)] * 2)


def test_of_two_who_fire_one_does(house, order, monkeypatch):
    outcomes = fire_twice(house, order, monkeypatch)
    assert sum(isinstance(outcome, LostRace) for outcome in outcomes) == 1
    assert Ticket.objects.filter(fired_course=2).count() == 1
    assert Event.objects.filter(action="course_fired").count() == 1


@pytest.mark.postgres
def test_control_without_the_lock_nobody_is_told(house, order, monkeypatch):
    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    outcomes = fire_twice(house, order, monkeypatch)
    assert not any(isinstance(outcome, LostRace) for outcome in outcomes)


def test_who_fires_while_another_cancels_leaves_nothing_in_the_kitchen(house, order):
    manager = house.actor("manager")
    race([fire(house, order), lambda: cancel_order(order_id=order, reason="Left", actor=manager)])
    assert not Ticket.objects.open().exists()
