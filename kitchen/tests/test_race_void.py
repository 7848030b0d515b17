"""A waiter voids a line while a cook bumps it: a waiter never voids what a cook has finished.

The control removes the locks. Then the cook finishes while the waiter's void has read the line as waiting.
"""

import threading

import pytest

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.errors import LostRace
from bistro.core.tests.racing import race
from kitchen.models import Ticket
from kitchen.services import bump_ticket
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.services import void_lines, voiding

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def void_and_bump(house, bumped=None):
    """Race both acts. Return their outcomes and the voided line's row."""
    soup = house.add_item()
    order_id = house.order(lines=tuple(LineRequest(item=item.pk, quantity=1) for item in (house.item, soup))).id
    line, ticket = OrderLine.objects.order_by("pk")[0], Ticket.objects.get()
    waiter, cook = house.actor("waiter"), house.actor("kitchen")

    def bump():
        if bumped is not None:
            bumped.read.wait(timeout=5)
        try:
            return bump_ticket(ticket_id=ticket.pk, actor=cook)
        finally:
            if bumped is not None:
                bumped.done.set()

    outcomes = race([lambda: void_lines(order_id=order_id, lines={line.pk: None}, reason="left", actor=waiter), bump])
    return outcomes, OrderLine.with_removed.get(pk=line.pk)


class Bumped:
    """Let the cook act between the moment when the void has read the lines and the moment when it writes."""

    def __init__(self, monkeypatch):
        self.read, self.done, original = threading.Event(), threading.Event(), voiding._chosen

        def chosen(*args):
            found = original(*args)
            self.read.set()
            self.done.wait(timeout=1)  # with the lock the cook waits for this void
            return found

        monkeypatch.setattr(voiding, "_chosen", chosen)


def test_one_of_both_is_first(house):
    (voided, bumped), line = void_and_bump(house)
    assert Order.objects.get().status == "ready"
    assert not isinstance(bumped, Exception)  # nobody had seen the ticket, so the rest of it is bumped
    if isinstance(voided, LostRace):
        assert (voided.code, line.removed_at, line.status) == ("line_done", None, "done")
    else:
        assert (line.removed_at is not None, line.status) == (True, "queued")


@pytest.mark.postgres
def test_the_cook_waits_for_the_void(house, monkeypatch):
    (voided, bumped), line = void_and_bump(house, Bumped(monkeypatch))
    assert not isinstance(voided, Exception)
    assert not isinstance(bumped, Exception)
    assert (line.removed_at is not None, line.status) == (True, "queued")


@pytest.mark.postgres
def test_control_without_the_locks_a_finished_line_is_voided(house, monkeypatch):
    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    (voided, _bumped), line = void_and_bump(house, Bumped(monkeypatch))
    assert not isinstance(voided, Exception)
    assert (line.removed_at is not None, line.status) == (True, "done")


def test_voids_of_one_line_at_once_take_no_more_than_there_is(house):
    order_id, waiter = house.order(quantity=3).id, house.actor("waiter")
    line = OrderLine.objects.get()
    acts = [lambda: void_lines(order_id=order_id, lines={line.pk: 1}, reason="left", actor=waiter)] * 5
    outcomes = race(acts)
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 2
    assert Order.objects.get().status == "cancelled"
