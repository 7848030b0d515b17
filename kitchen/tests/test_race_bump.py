"""Concurrent cooks: one bump wins, and the last of two makes the order ready.

The control removes the order's lock: then both cooks find the other's ticket open and the order never becomes ready.
"""

import threading
from contextlib import suppress

import pytest

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.errors import LostRace
from bistro.core.models import Event
from bistro.core.tests.racing import race
from kitchen.models import Route, Ticket
from kitchen.services import acknowledge_tickets, bump_line, bump_ticket, recall_ticket, start_ticket
from kitchen.tests.factories import StationFactory
from orders import steps as order_steps
from orders.models import Order
from orders.order_commands import LineRequest

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def two_tickets(house):
    """Place an order with a ticket at each of two stations."""
    bar, beer = StationFactory(restaurant=house.restaurant), house.add_item()
    Route.objects.create(restaurant=house.restaurant, station=bar, item=beer)
    lines = tuple(LineRequest(item=item.pk, quantity=1) for item in (house.item, beer))
    house.placed = house.order(lines=lines)
    return list(Ticket.objects.order_by("pk"))


def test_of_two_bumps_of_one_ticket_one_wins(house):
    house.order()
    ticket, cook = Ticket.objects.get(), house.actor("kitchen")
    outcomes = race([lambda: bump_ticket(ticket_id=ticket.pk, actor=cook)] * 8)
    assert sum(isinstance(outcome, LostRace) for outcome in outcomes) == 7
    assert Event.objects.filter(type="ticket_updated").count() == 1
    assert Order.objects.get().status == "ready"
    ticket.refresh_from_db()
    assert ticket.version == 2


def test_of_two_bumps_of_one_line_one_wins(house):
    house.order()
    line, cook = Ticket.objects.get().lines.get(), house.actor("kitchen")
    outcomes = race([lambda: bump_line(line_id=line.pk, actor=cook)] * 8)
    assert sum(isinstance(outcome, LostRace) for outcome in outcomes) == 7
    assert Order.objects.get().status == "ready"


def test_two_lines_of_one_ticket_at_once_bump_it(house):
    soup = house.add_item()
    house.order(lines=tuple(LineRequest(item=item.pk, quantity=1) for item in (house.item, soup)))
    lines, cook = list(Ticket.objects.get().lines.all()), house.actor("kitchen")
    outcomes = race([lambda line=line: bump_line(line_id=line.pk, actor=cook) for line in lines])
    assert [error for error in outcomes if isinstance(error, Exception)] == []
    assert (Ticket.objects.get().status, Order.objects.get().status) == ("done", "ready")


class Meeting:
    """A barrier after both cooks have counted the open tickets and before either writes the order."""

    def __init__(self, original):
        self.original, self.barrier = original, threading.Barrier(2)

    def __call__(self, *args, **kwargs):
        with suppress(threading.BrokenBarrierError):  # the other one waits at the order's lock: that is what it is for
            self.barrier.wait(timeout=0.7)
        return self.original(*args, **kwargs)


def bump_both(house, tickets, monkeypatch) -> str:
    monkeypatch.setattr(order_steps, "finish", Meeting(order_steps.finish))
    cooks = [house.actor("kitchen"), house.actor("screen")]
    outcomes = race(
        [
            lambda ticket=ticket, cook=cook: bump_ticket(ticket_id=ticket.pk, actor=cook)
            for ticket, cook in zip(tickets, cooks, strict=True)
        ]
    )
    assert [error for error in outcomes if isinstance(error, Exception)] == []
    assert set(Ticket.objects.values_list("status", flat=True)) == {"done"}
    return Order.objects.get().status


def test_two_cooks_bump_the_last_two_tickets_and_the_order_is_ready(house, two_tickets, monkeypatch):
    assert bump_both(house, two_tickets, monkeypatch) == "ready"


@pytest.mark.postgres
def test_control_without_the_lock_nobody_says_ready(house, two_tickets, monkeypatch):
    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    assert bump_both(house, two_tickets, monkeypatch) == "preparing"


def test_bump_and_recall_at_once_end_in_one_of_both(house):
    house.order()
    ticket, cook = Ticket.objects.get(), house.actor("kitchen")
    bump_ticket(ticket_id=ticket.pk, actor=cook)
    race(
        [
            lambda: recall_ticket(ticket_id=ticket.pk, actor=cook),
            lambda: bump_ticket(ticket_id=ticket.pk, actor=cook),
            lambda: recall_ticket(ticket_id=ticket.pk, actor=cook),
        ]
    )
    ticket.refresh_from_db()
    assert (ticket.status, Order.objects.get().status) in {("started", "preparing"), ("done", "ready")}


def test_screens_report_while_cooks_start(house):
    """Ten screens report the ticket while a cook begins it: one acknowledgement, one confirmation, one start."""
    house.order()
    ticket, cook, screen = Ticket.objects.get(), house.actor("kitchen"), house.actor("screen")
    acts = [lambda: acknowledge_tickets(ticket_ids=[ticket.pk], screen="Wall", actor=screen)] * 10
    outcomes = race([*acts, lambda: start_ticket(ticket_id=ticket.pk, actor=cook)])
    assert [error for error in outcomes if isinstance(error, Exception)] == []
    order = Order.objects.get()
    assert order.status == "preparing"
    assert order.confirmed_at is not None
    assert Event.objects.filter(action="confirmed").count() <= 1
    assert Ticket.objects.get().seen_on == "Wall"
