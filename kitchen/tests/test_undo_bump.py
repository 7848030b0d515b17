"""Undo at once, recall the whole shift: back to the old place, with or without the old age."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bistro.core.tests.http import nothing_changes, refused
from kitchen.board import read_board
from kitchen.recalls import read_done

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def at(minutes):
    return time_machine.travel(NOON + timedelta(minutes=minutes), tick=False)


def act(house, ticket, what, body=None):
    return house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/{what}", body)


@pytest.fixture
def bumped(house):
    """An order of two lines: one bumped at 12:05 by itself, the ticket at 12:06."""
    with at(0):
        house.order_json = house.place(lines=[{"item": house.item.pk, "quantity": 1}] * 2)
        (ticket,) = house.tickets(house.order_json)
    with at(5):
        house.done(house.api("kitchen").post(f"/api/v1/ticket-lines/{ticket['lines'][0]['id']}/bump"))
    with at(6):
        return house.done(act(house, ticket, "bump"))


def test_undo_gives_back_what_the_bump_finished_and_no_more(house, bumped):
    with at(6.1):
        ticket = house.done(act(house, bumped, "undo"))
    assert (ticket["status"], ticket["done_at"], ticket["done_by"], ticket["recalls"]) == ("started", None, "", 0)
    assert [line["status"] for line in ticket["lines"]] == ["done", "started"]
    assert ticket["aged_from"] == "2026-05-04T12:00:00+00:00"
    assert house.status(house.order_json) == "preparing"
    with at(7):
        house.done(act(house, bumped, "bump"))
    assert house.status(house.order_json) == "ready"


def test_undo_is_over_after_ten_seconds_and_of_no_use_without_a_bump(house, bumped):
    with at(6.2), nothing_changes():
        refused(act(house, bumped, "undo"), 409, "too_late_to_undo")
    with at(6.2):
        house.done(act(house, bumped, "recall"))
        with nothing_changes():
            refused(act(house, bumped, "undo"), 409, "conflict")


def test_what_is_delivered_stays_delivered(house, bumped):
    with at(6.05):
        house.done(house.api("waiter").post(f"/api/v1/orders/{house.order_json['id']}/deliver"))
        with nothing_changes():
            refused(act(house, bumped, "undo"), 422, "invalid_order_status")


@pytest.mark.parametrize(("restart", "age"), [(False, "late"), (True, "new")])
def test_recall_with_and_without_a_new_clock(house, bumped, restart, age):
    with at(20):
        later = house.place()
        ticket = house.done(act(house, bumped, "recall", {"restart_timer": restart}))
        tickets = read_board(house.actor("kitchen"), None).tickets
    assert (ticket["recalls"], ticket["recalled_at"]) == (1, "2026-05-04T12:20:00+00:00")
    assert [shown.order_id for shown in tickets] == [house.order_json["id"], later["id"]]
    assert (tickets[0].age, tickets[0].recalls) == (age, 1)


def test_the_list_says_who_where_and_what_can_still_come_back(house, bumped):
    with at(30):
        other = house.place()
        (ticket,) = house.tickets(other)
        house.done(house.api("screen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
        house.done(house.api("waiter").post(f"/api/v1/orders/{house.order_json['id']}/deliver"))
    with at(60 * 11):
        found = [each.ticket for each in read_done(house.actor("kitchen"), house.station.pk).tickets]
    assert [(each.order_id, each.recallable) for each in found] == [
        (other["id"], True),
        (house.order_json["id"], False),
    ]
    assert found[0].done_by == found[0].done_on != ""
    assert (found[1].done_by, found[1].done_on) == (house.staff("kitchen").name, "")
    with at(60 * 13):
        assert read_done(house.actor("kitchen"), None).tickets == []
