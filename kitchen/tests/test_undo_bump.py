"""Undo soon after a bump and recall during the whole shift, at the old place, with or without the old age."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bistro.core.kernel.errors import LostRace, NotPermitted, NotYours
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Ticket
from kitchen.services import bump_line, undo_line
from kitchen.tests.factories import StationFactory
from kitchen.wall.board import read_board
from kitchen.wall.recalls import read_done
from menu.compiled import forget as forget_menus
from orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def at(minutes):
    return time_machine.travel(NOON + timedelta(minutes=minutes), tick=False)


def act(house, ticket, what, body=None):
    return house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/{what}", body)


@pytest.fixture
def bumped(house):
    """Place an order of two lines; bump one at 12:05 alone and the ticket at 12:06."""
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
    assert [line["status"] for line in ticket["lines"]] == ["done", "queued"]
    assert ticket["aged_from"] == "2026-05-04T12:00:00+00:00"
    assert house.status(house.order_json) == "preparing"
    with at(7):
        house.done(act(house, bumped, "bump"))
    assert house.status(house.order_json) == "ready"


@pytest.mark.parametrize("before", ["queued", "started", "held"])
def test_undo_gives_everything_back_as_it_was(house, before):
    with at(0):
        order = house.place(lines=[{"item": house.item.pk, "quantity": 1}] * 2)
        (ticket,) = house.tickets(order)
    with at(1):
        if before != "queued":
            house.done(act(house, ticket, "hold" if before == "held" else "start"))
        (was,) = house.tickets(order)
    with at(5):
        house.done(act(house, ticket, "bump"))
        house.done(act(house, ticket, "undo"))
    (now,) = house.tickets(order)
    assert {**now, "version": 0} == {**was, "version": 0}
    assert now["started_at"] == ("2026-05-04T12:01:00+00:00" if before == "started" else None)
    lines = Order.objects.get(pk=order["id"]).lines.all()
    assert {line.status for line in lines} == {"started" if before == "started" else "queued"}
    assert house.status(order) == "preparing", "no order goes back from there"


def test_a_second_bump_is_undone_to_what_it_found(house):
    with at(0):
        (ticket,) = house.tickets(house.place())
        for what in ("bump", "undo", "start", "bump"):
            house.done(act(house, ticket, what))
        ticket = house.done(act(house, ticket, "undo"))
    assert (ticket["status"], [line["status"] for line in ticket["lines"]]) == ("started", ["started"])


def test_what_another_station_has_made_meanwhile_is_being_made(house):
    """A dish on two bumped tickets waits again after an undo of both."""
    bar = StationFactory(restaurant=house.restaurant)
    for station in (house.station, bar):
        station.routes.create(restaurant=house.restaurant, item=house.item)
    forget_menus()
    with at(0):
        order = house.place()
        here, there = house.tickets(order)
        line = Order.objects.get().lines.get()
        seen = []
        for ticket, what in ((here, "bump"), (there, "bump"), (here, "undo"), (there, "undo")):
            house.done(act(house, ticket, what))
            line.refresh_from_db()
            seen.append((line.status, house.status(order)))
        assert seen == [("started", "preparing"), ("done", "ready"), ("started", "preparing"), ("queued", "preparing")]


def test_a_bump_without_a_noted_way_back_is_undone_to_cooking(house, bumped):
    Ticket.objects.update(before_done=None)
    with at(6.1):
        ticket = house.done(act(house, bumped, "undo"))
    assert (ticket["status"], [line["status"] for line in ticket["lines"]]) == ("started", ["done", "started"])


def test_a_line_is_undone_to_what_it_was_with_its_ticket(house):
    cook = house.actor("kitchen")
    with at(0):
        (ticket,) = house.tickets(house.place(lines=[{"item": house.item.pk, "quantity": 1}] * 2))
        first, second = (line["id"] for line in ticket["lines"])
        bump_line(line_id=first, actor=cook)
        found = undo_line(line_id=first, actor=cook)
        assert (found.status, found.started_at) == ("queued", None)
        bump_line(line_id=first, actor=cook)
        bump_line(line_id=second, actor=cook)
        found = undo_line(line_id=second, actor=cook)
        assert (found.status, [row.status for row in found.lines.all()]) == ("started", ["done", "queued"])


def test_what_was_pushed_onto_a_ticket_meanwhile_goes_on_cooking(house):
    """A queued ticket would hide a line in work."""
    bar, cook, dish = StationFactory(restaurant=house.restaurant), house.actor("kitchen"), house.add_item()
    bar.routes.create(restaurant=house.restaurant, item=dish)
    forget_menus()
    with at(0):
        order = house.place(lines=[{"item": pk, "quantity": 1} for pk in (house.item.pk, house.item.pk, dish.pk)])
        here, there = house.tickets(order)
        bump_line(line_id=here["lines"][0]["id"], actor=cook)
        house.done(act(house, there, "start"))
        house.done(act(house, there, "push", {"station": house.station.pk}))
        found = undo_line(line_id=here["lines"][0]["id"], actor=cook)
        assert (found.status, found.started_at is not None) == ("started", True)


def test_a_line_that_is_not_undone(house):
    cook = house.actor("kitchen")
    with at(0):
        (ticket,) = house.tickets(house.place(lines=[{"item": house.item.pk, "quantity": 1}] * 2))
        first, second = (line["id"] for line in ticket["lines"])
        with nothing_changes(), pytest.raises(LostRace, match="not bumped"):
            undo_line(line_id=first, actor=cook)
        bump_line(line_id=first, actor=cook)
    with at(0.2), nothing_changes(), pytest.raises(LostRace) as late:
        undo_line(line_id=first, actor=cook)
    with at(0.1):
        bump_line(line_id=second, actor=cook)
        with nothing_changes(), pytest.raises(LostRace) as overtaken:
            undo_line(line_id=first, actor=cook)
        for role in ("waiter", "pad"):
            with nothing_changes(), pytest.raises(NotPermitted):
                undo_line(line_id=second, actor=house.actor(role))
        with nothing_changes(), pytest.raises(NotYours):
            undo_line(line_id=999_999, actor=cook)
    assert [late.value.code, overtaken.value.code] == ["too_late_to_undo"] * 2


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
