"""Tickets on hold: they keep their place, are not counted and do not age."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Ticket
from kitchen.wall.board import read_board

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def ticket(house):
    with time_machine.travel(NOON, tick=False):
        house.order_json = house.place()
    return house.tickets(house.order_json)[0]


def act(house, ticket, what, role="screen", body=None):
    return house.api(role).post(f"/api/v1/tickets/{ticket['id']}/{what}", body)


def on_board(house, now):
    with time_machine.travel(now, tick=False):
        board = read_board(house.actor("kitchen"), None)
    return board.tickets, board.all_day


def test_it_waits_without_ageing_and_without_being_counted(house, ticket):
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        held = house.done(act(house, ticket, "hold"))
    assert (held["status"], held["held_at"]) == ("queued", "2026-05-04T12:01:00+00:00")
    (shown,), all_day = on_board(house, NOON + timedelta(minutes=30))
    assert (shown.held_since, all_day) == (NOON + timedelta(minutes=1), [])


def test_fired_it_is_as_old_as_if_it_came_now_and_stands_where_it_stood(house, ticket):
    house.done(act(house, ticket, "hold"))
    later = house.place()
    with time_machine.travel(NOON + timedelta(minutes=30), tick=False):
        released = house.done(act(house, ticket, "release"))
    assert (released["held_at"], released["aged_from"]) == (None, "2026-05-04T12:30:00+00:00")
    tickets, all_day = on_board(house, NOON + timedelta(minutes=31))
    assert [shown.order_id for shown in tickets] == [house.order_json["id"], later["id"]]
    assert (tickets[0].age, tickets[0].held_since, all_day[0].quantity) == ("new", None, 2)


def test_twice_is_as_once(house, ticket):
    house.done(act(house, ticket, "hold"))
    with nothing_changes():
        house.done(act(house, ticket, "hold"))
    house.done(act(house, ticket, "release"))
    with nothing_changes():
        house.done(act(house, ticket, "release"))
    assert [event.action for event in Event.objects.filter(type="ticket_updated").order_by("seq")] == [
        "held",
        "released",
    ]


@pytest.mark.parametrize("what", ["start", "bump"])
def test_who_begins_it_ends_the_hold(house, ticket, what):
    house.done(act(house, ticket, "hold"))
    assert house.done(act(house, ticket, what))["held_at"] is None


def test_what_is_begun_or_done_does_not_wait(house, ticket):
    house.done(act(house, ticket, "start"))
    with nothing_changes():
        refused(act(house, ticket, "hold"), 409, "ticket_begun")
    house.done(act(house, ticket, "bump"))
    for what in ("hold", "release"):
        with nothing_changes():
            refused(act(house, ticket, what), 409, "conflict")


def test_a_cancelled_order_holds_nothing(house, ticket):
    house.done(house.api("waiter").post(f"/api/v1/orders/{house.order_json['id']}/cancel", {"reason": "left"}))
    for what in ("hold", "release"):
        with nothing_changes():
            refused(act(house, ticket, what), 422, "invalid_order_status")


def test_a_held_ticket_keeps_its_order_from_being_ready(house):
    bar = type(house.station).objects.create(restaurant=house.restaurant, name="Bar")
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1}] * 2)
    (ticket,) = house.tickets(order)
    line = ticket["lines"][0]["id"]
    house.done(house.api("kitchen").post(f"/api/v1/ticket-lines/{line}/push", {"station": bar.pk}))
    at_bar = next(each for each in house.tickets(order) if each["station"] == bar.pk)
    house.done(act(house, at_bar, "hold"))
    house.done(act(house, ticket, "bump"))
    assert house.status(order) == "preparing"
    assert Ticket.objects.open().count() == 1
