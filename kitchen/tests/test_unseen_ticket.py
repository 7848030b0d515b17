"""Alarms for tickets after the order, of a course fired later or of a dish at another station.

Such a ticket raises an alarm after twenty seconds without a display; the floor plan shows it until a person has seen
it.
"""

import json
import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.kernel.errors import IllegalTransition, NotPermitted, NotYours
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from kitchen.metrics import UNSEEN_TICKETS
from kitchen.models import Ticket
from kitchen.services import (
    acknowledge_tickets,
    alarming,
    bump_ticket,
    confirm_ticket,
    hold_ticket,
    raise_unseen_ticket_alarms,
    start_ticket,
)
from kitchen.tests.factories import StationFactory
from menu.compiled import forget as forget_menus
from orders.order_commands import LineRequest
from orders.services import cancel_order, confirm_order, fire_course, raise_unseen_alarms, replace_lines
from orders.tests.test_unseen_alarm import gauge as unseen_orders

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def see(house, *tickets, screen="Wall"):
    return acknowledge_tickets(ticket_ids=[t.pk for t in tickets], screen=screen, actor=house.actor("screen"))


def fire(house, order, course=2):
    """Fire a course and return its ticket."""
    fire_course(order_id=order.id, course=course, actor=house.actor("waiter"))
    return Ticket.objects.get(order_id=order.id, fired_course=course)


def order_of(house, *courses):
    """Place an order whose first course is acknowledged; later courses are held."""
    house.hold_courses()
    lines = tuple(LineRequest(item=house.item.pk, quantity=1, course=course) for course in courses)
    order = house.order(lines=lines)
    see(house, Ticket.objects.get(order_id=order.id))
    return order


def sweep(ticket, seconds=21.0):
    return raise_unseen_ticket_alarms(now=ticket.awaited_since + timedelta(seconds=seconds))


def events(house, *actions):
    found = Event.objects.filter(restaurant=house.restaurant, type="ticket_updated", action__in=actions)
    return [event.action for event in found.order_by("seq")]


def floor(house):
    return house.browser("waiter").get("/floor/").content.decode()


@pytest.fixture
def fired(house):
    """Return the unseen ticket of a second course."""
    return fire(house, order_of(house, 1, 2))


def test_a_fired_course_that_no_screen_shows_rings_once(house, other_house, fired):
    theirs = fire(other_house, order_of(other_house, 1, 2))
    see(other_house, theirs)
    assert "has not seen" not in floor(house)
    now = fired.awaited_since + timedelta(seconds=21)
    assert raise_unseen_ticket_alarms(now=now) == 1
    event = Event.objects.get(restaurant=house.restaurant, action="unseen")
    told = json.loads(event.data)
    assert (event.type, event.table_id, told["id"], told["unseen_at"]) == (
        "ticket_updated", house.table.pk, fired.pk, now.isoformat())  # fmt: skip
    with nothing_changes():
        assert raise_unseen_ticket_alarms(now=now) == 0
        assert raise_unseen_ticket_alarms(now=now + timedelta(hours=1)) == 0
    assert f"{house.station.name} has not seen course 2 of order {fired.order.number} yet" in floor(house)
    assert events(other_house, "unseen") == []


def test_nineteen_seconds_are_no_alarm_and_a_day_ends_it(house, fired):
    with nothing_changes():
        assert [sweep(fired, seconds) for seconds in (0, 1, 19, 60 * 60 * 24 + 1)] == [0, 0, 0, 0]
    assert sweep(fired, 19.001) == 1


def test_it_ends_when_a_screen_shows_it(house, fired):
    sweep(fired)
    assert see(house, fired) == 1
    assert events(house, "unseen", "seen") == ["unseen", "seen"]
    assert "has not seen" not in floor(house)
    assert house.tickets({"id": fired.order_id})[1]["unseen_at"] is None
    with nothing_changes():
        assert (sweep(fired, 60), see(house, fired)) == (0, 0)
    assert UNSEEN_TICKETS._value.get() == 0


def test_seen_in_time_is_never_told(house, fired):
    see(house, fired)
    with nothing_changes():
        assert sweep(fired) == 0
    assert events(house, "unseen", "seen") == []


@pytest.mark.parametrize("act", [start_ticket, bump_ticket, hold_ticket])
@pytest.mark.parametrize("rings", [False, True])
def test_whoever_touches_it_has_seen_it(house, fired, act, rings):
    if rings:
        sweep(fired)
    act(ticket_id=fired.pk, actor=house.actor("kitchen"))
    with nothing_changes():
        assert sweep(fired, 60) == 0
    assert "has not seen" not in floor(house)


def test_what_is_cancelled_rings_no_more(house, fired):
    sweep(fired)
    cancel_order(order_id=fired.order_id, reason="Left", actor=house.actor("waiter"))
    assert "has not seen" not in floor(house)
    with nothing_changes():
        assert sweep(fired, 60) == 0


def test_an_orders_own_tickets_are_the_orders_matter(house):
    """Before the confirmation the order's own alarm covers them; a confirmation acknowledges them."""
    order = house.order()
    later = timezone.now() + timedelta(seconds=60)
    with nothing_changes():
        assert raise_unseen_ticket_alarms(now=later) == 0
    assert raise_unseen_alarms(now=later) == 1
    confirm_order(order_id=order.id, actor=house.actor("waiter"))
    with nothing_changes():
        assert (raise_unseen_ticket_alarms(now=later), raise_unseen_alarms(now=later)) == (0, 0)
    assert unseen_orders() == 0


# --- edits -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def bar(house):
    """Create a second station with a dish."""
    station, dish = StationFactory(restaurant=house.restaurant, name="Bar"), house.add_item(name="Beer")
    station.routes.create(restaurant=house.restaurant, item=dish)
    forget_menus()
    house.beer = dish
    return station


def edit(house, order, *items):
    lines = [LineRequest(item=item.pk, quantity=1) for item in items]
    replace_lines(order_id=order.id, lines=lines, note=None, actor=house.actor("waiter"))


def test_what_an_edit_brings_to_another_station_rings(house, bar):
    order = house.order()
    see(house, *Ticket.objects.all())
    edit(house, order, house.item, house.beer)
    added = Ticket.objects.get(station=bar)
    assert sweep(added) == 1
    assert f"Bar has not seen its part of order {order.json['number']} yet" in floor(house)
    see(house, added)
    assert events(house, "unseen", "seen") == ["unseen", "seen"]


def test_before_the_kitchen_has_the_order_its_own_alarm_speaks_for_an_edit(house, bar):
    order = house.order()
    edit(house, order, house.item, house.beer)
    with nothing_changes():
        assert raise_unseen_ticket_alarms(now=timezone.now() + timedelta(seconds=60)) == 0


def test_a_ticket_that_an_edit_emptied_and_another_filled_is_to_be_seen_again(house, bar):
    order = house.order()
    edit(house, order, house.item, house.beer)
    see(house, *Ticket.objects.all())
    edit(house, order, house.item)
    edit(house, order, house.item, house.beer)
    again = Ticket.objects.get(station=bar)
    assert (again.status, again.seen_at, again.seen_on) == ("queued", None, "")
    assert sweep(again) == 1


def test_a_course_that_is_fired_twice_is_to_be_seen_twice(house):
    """Fired, alarmed, taken back by an edit, and fired again."""
    order = order_of(house, 1, 2)
    first = fire(house, order)
    sweep(first)
    Ticket.objects.filter(pk=first.pk).update(status="cancelled")
    order_lines = first.order.lines.filter(course=2)
    order_lines.update(status="held")
    first.lines.all().delete()
    again = fire(house, order)
    assert (again.pk, again.unseen_at, again.seen_at) == (first.pk, None, None)
    assert sweep(again) == 1


# --- acknowledgement by a person -------------------------------------------------------------------------------------
def test_a_waiter_says_that_the_kitchen_knows(house, fired):
    sweep(fired)
    browser = house.browser("waiter")
    path = f"/kitchen/tickets/{fired.pk}/confirm/"
    assert f'action="{path}"' in browser.get("/floor/").content.decode()
    assert browser.post(path, headers={"HX-Request": "true"}).status_code == 204
    fired.refresh_from_db()
    assert (fired.seen_at is not None, fired.seen_on) == (True, "the floor")
    assert events(house, "unseen", "seen") == ["unseen", "seen"]
    assert "has not seen" not in floor(house)
    with nothing_changes():
        assert browser.post(path)["Location"] == "/floor/"
        assert house.api("kitchen").post(f"/api/v1/tickets/{fired.pk}/confirm").status_code == 200


def test_of_a_ticket_that_came_with_its_order_it_is_a_word_about_the_order(house):
    order = house.order()
    ticket = confirm_ticket(ticket_id=Ticket.objects.get().pk, actor=house.actor("waiter"))
    assert (ticket.seen_on, house.status(order.json)) == ("the floor", "confirmed")
    assert raise_unseen_alarms(now=timezone.now() + timedelta(seconds=60)) == 0


@pytest.mark.parametrize(("role", "may"), [("waiter", True), ("kitchen", None), ("host", False), ("cashier", False)])
def test_only_who_may_say_so_sees_the_button(house, role, may):
    """Pushes are the same for all people; the page itself has the person's permissions, which the style sheet reads."""
    page = house.browser(role).get("/floor/")
    assert (page.status_code == 403) == (may is None)
    rights = re.search(r' data-may="([^"]*)"', page.content.decode())
    assert ("confirm_order" in rights[1].split() if rights else False) == bool(may)


def test_who_may_not_say_so_and_what_cannot_be_said(house, other_house, fired):
    theirs = fire(other_house, order_of(other_house, 1, 2))
    for role in ("host", "cashier", "pad", "screen", "integration"):
        with nothing_changes(), pytest.raises(NotPermitted):
            confirm_ticket(ticket_id=fired.pk, actor=house.actor(role))
    with nothing_changes(), pytest.raises(NotYours):
        confirm_ticket(ticket_id=theirs.pk, actor=house.actor("waiter"))
    cancel_order(order_id=fired.order_id, reason="Left", actor=house.actor("waiter"))
    with nothing_changes():
        answer = house.browser("waiter").post(f"/kitchen/tickets/{fired.pk}/confirm/", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.content) == (422, b"")
    with nothing_changes(), pytest.raises(IllegalTransition):
        confirm_ticket(ticket_id=fired.pk, actor=house.actor("waiter"))


# --- queries ---------------------------------------------------------------------------------------------------------
def test_looking_when_nothing_is_due_is_one_question(house, fired):
    order_of(house, 1, 2)
    with CaptureQueriesContext(connection) as queries:
        sweep(fired, 1)
    assert len(queries) == 1
    sweep(fired)
    with CaptureQueriesContext(connection) as queries:
        sweep(fired, 60)
    assert len(queries) == 1, "what was alarmed before costs nothing more"


def test_the_sweep_costs_the_same_for_one_and_for_many_restaurants_rows(house):
    def statements(tickets):
        with CaptureQueriesContext(connection) as queries:
            assert sweep(tickets[-1]) == len(tickets)
        return len(queries)

    one = statements([fire(house, order_of(house, 1, 2))])
    five = statements([fire(house, order_of(house, 1, 2)) for _ in range(5)])
    assert five == one


def test_it_looks_only_at_what_is_awaited(house):
    rows = Ticket.objects.overdue(timezone.now()).order_by("awaited_since")
    rows = rows.values_list("restaurant_id", "order_id", "pk", "unseen_at")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "ticket_awaited" in rows.explain()


def test_a_report_of_an_orders_first_tickets_asks_for_no_alarms(house):
    order, actor = house.order(), house.actor("screen")
    ids = list(Ticket.objects.filter(order_id=order.id).values_list("pk", flat=True))
    asked = []
    with connection.execute_wrapper(lambda run, sql, *more: (asked.append(sql), run(sql, *more))[1]):
        acknowledge_tickets(ticket_ids=ids, screen="Wall", actor=actor)
    assert not [sql for sql in asked if '"unseen_at" IS NOT NULL' in sql]


def test_one_restaurants_trouble_is_not_the_others(house, other_house, fired, monkeypatch):
    fire(other_house, order_of(other_house, 1, 2))
    original = alarming._raise_in

    def broken(restaurant_id, *more):
        if restaurant_id == house.restaurant.pk:
            raise OperationalError("locked")
        return original(restaurant_id, *more)

    monkeypatch.setattr(alarming, "_raise_in", broken)
    with pytest.raises(OperationalError):
        sweep(fired, 30)
    assert [events(house, "unseen"), events(other_house, "unseen")] == [[], ["unseen"]]
    monkeypatch.setattr(alarming, "_raise_in", original)
    assert sweep(fired, 30) == 1


def test_very_many_are_taken_in_turns(house, monkeypatch):
    monkeypatch.setattr(alarming, "AT_ONCE", 2)
    tickets = [fire(house, order_of(house, 1, 2)) for _ in range(3)]
    assert [sweep(tickets[-1]) for _ in range(3)] == [2, 1, 0]


def test_metrics_count_what_stands_unseen(house, client, fired):
    sweep(fired)
    assert b"bistro_tickets_unseen 1.0" in client.get("/metrics").content
