"""Orders with a pick-up time wait, and go to the kitchen in time to be ready."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from orders.models import Order, OrderLine, PlannedCourse
from orders.services import fire_due_courses, raise_unseen_alarms
from orders.transitions import OrderStatus

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/orders"


@pytest.fixture
def evening():
    with time_machine.travel("2026-03-01T18:00:00Z", tick=False) as clock:
        yield clock


def in_minutes(minutes):
    return timezone.now() + timedelta(minutes=minutes)


@pytest.fixture
def order(house, evening):
    """Place a take-away order for 19:00 with a dish of 10 minutes and one of 25, in two courses."""
    house.roast = house.add_item(prep_minutes=25)
    lines = [{"item": house.item.pk, "quantity": 1}, {"item": house.roast.pk, "quantity": 1, "course": 2}]
    return pick_up(house, lines=lines)


def pick_up(house, minutes=60, **more):
    more = {"kind": "take_away", "name": "Ana", **more}
    return house.place("waiter", table=None, pickup_at=in_minutes(minutes).isoformat(), **more)


def change(house, order, role="waiter", **body):
    return house.api(role).client.patch(f"{PATH}/{order['id']}", body, format="json", headers=house.api(role).headers)


def statuses():
    return set(OrderLine.objects.values_list("status", flat=True))


def test_it_waits_and_goes_in_time(house, order, evening):
    assert (order["status"], statuses(), house.tickets(order)) == ("placed", {"held"}, [])
    assert PlannedCourse.objects.get().fire_at == in_minutes(35)
    evening.shift(timedelta(minutes=34))
    assert fire_due_courses(now=timezone.now()) == 0
    evening.shift(timedelta(minutes=1))
    assert fire_due_courses(now=timezone.now()) == 1
    (ticket,) = house.tickets(order)
    assert (len(ticket["lines"]), ticket["fired_course"], ticket["fired_at"]) == (2, None, "2026-03-01T18:35:00+00:00")
    assert statuses() == {"queued"}
    assert not PlannedCourse.objects.exists()
    assert [event.action for event in Event.objects.filter(subject=f"order:{order['id']}")] == ["placed", "sent"]
    assert fire_due_courses(now=timezone.now()) == 0


@pytest.mark.parametrize("minutes", [10, 5, -30])
def test_it_goes_at_once_when_the_time_is_near(house, evening, minutes):
    order = pick_up(house, minutes)
    assert (len(house.tickets(order)), statuses(), PlannedCourse.objects.count()) == (1, {"queued"}, 0)


def test_without_a_time_at_once(house):
    order = house.place("waiter", table=None, kind="counter")
    assert len(house.tickets(order)) == 1


def test_an_order_that_waits_rings_no_alarm_and_a_sent_one_does(house, order, evening):
    evening.shift(timedelta(minutes=35))
    assert raise_unseen_alarms(now=timezone.now()) == 0
    fire_due_courses(now=timezone.now())
    evening.shift(15)
    assert raise_unseen_alarms(now=timezone.now()) == 0
    evening.shift(6)
    assert raise_unseen_alarms(now=timezone.now()) == 1
    assert [row.pk for row in Order.objects.unseen(timezone.now())] == [order["id"]]


def test_an_order_for_the_next_day_rings_after_it_was_sent(house, evening):
    pick_up(house, 60 * 30)
    evening.shift(timedelta(minutes=60 * 30 - 10))
    fire_due_courses(now=timezone.now())
    evening.shift(25)
    assert raise_unseen_alarms(now=timezone.now()) == 1


def test_a_ticket_of_an_order_confirmed_while_it_waited_needs_its_own_acknowledgement(house, order, evening):
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/confirm"))
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/send"))
    (ticket,) = house.tickets(order)
    assert ticket["seen_at"] is None
    evening.shift(25)
    from django.apps import apps

    assert apps.get_model("kitchen.Ticket").objects.overdue(timezone.now()).count() == 1


# --- another time ------------------------------------------------------------------------------------------------
def test_another_time_moves_the_plan(house, order):
    body = house.done(change(house, order, pickup_at=in_minutes(120).isoformat()))
    assert (body["pickup_at"], body["name"], body["version"]) == ("2026-03-01T20:00:00+00:00", "Ana", 2)
    assert PlannedCourse.objects.get().fire_at == in_minutes(95)
    assert house.done(change(house, order, name="Bea"))["name"] == "Bea"
    assert PlannedCourse.objects.get().fire_at == in_minutes(95)
    house.done(change(house, order, pickup_at=in_minutes(20).isoformat()))
    assert fire_due_courses(now=timezone.now()) == 1
    assert len(house.tickets(order)) == 1
    house.done(change(house, order, pickup_at=in_minutes(40).isoformat()))
    assert statuses() == {"queued"}


def test_without_a_time_any_more_it_goes_at_once(house, order):
    assert house.done(change(house, order, pickup_at=None))["pickup_at"] is None
    assert fire_due_courses(now=timezone.now()) == 1


def test_an_edit_of_the_lines_moves_the_plan_and_it_still_waits(house, order):
    kept = [{"id": order["lines"][0]["id"], "item": house.item.pk, "quantity": 2}]
    body = house.done(house.api("waiter").put(f"{PATH}/{order['id']}", {"lines": kept}))
    assert {line["status"] for line in body["lines"]} == {"held"}
    assert PlannedCourse.objects.get().fire_at == in_minutes(50)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"pickup_at": "soon"}, "pickup_at"),
        ({"pickup_at": "2026-02-27T18:00:00Z"}, "pickup_at"),
        ({"pickup_at": "2028-01-01T18:00:00Z"}, "pickup_at"),
        ({"name": "x" * 81}, "name"),
        ({"status": "ready"}, "status"),
    ],
)
def test_changes_that_are_refused(house, order, body, field):
    with nothing_changes():
        problem = refused(change(house, order, **body), 422, "validation_error")
    assert field in problem["errors"]


def test_orders_whose_pickup_cannot_change(house, other_house, evening):
    at_table = house.place()
    over = house.reach("delivered")
    with nothing_changes():
        refused(change(house, at_table, pickup_at=None), 422, "wrong_kind")
        refused(change(house, over, pickup_at=None), 422, "invalid_order_status")
        refused(change(house, at_table, "cashier", pickup_at=None), 403, "permission_denied")
        refused(change(house, {"id": 999_999}, pickup_at=None), 404, "order_not_found")
        refused(change(other_house, at_table, pickup_at=None), 404, "order_not_found")


# --- sending by hand, cancelling -----------------------------------------------------------------------------------
def test_it_can_be_sent_before_its_time(house, order):
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/send"))
    assert len(house.tickets(order)) == 1
    with nothing_changes():
        refused(house.api("waiter").post(f"{PATH}/{order['id']}/send"), 409, "already_fired")
        refused(house.api("cashier").post(f"{PATH}/{order['id']}/send"), 403, "permission_denied")


def test_one_course_by_hand_and_the_rest_in_time(house, order, evening):
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/fire", {"course": 2}))
    evening.shift(timedelta(minutes=35))
    assert fire_due_courses(now=timezone.now()) == 1
    assert sorted(ticket["fired_course"] for ticket in house.tickets(order)) == [1, 2]


def test_a_cancelled_order_is_not_sent(house, order, evening):
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/cancel", {"reason": "left"}))
    evening.shift(timedelta(minutes=35))
    assert fire_due_courses(now=timezone.now()) == 0
    assert (house.tickets(order), PlannedCourse.objects.count()) == ([], 0)


def test_a_void_of_a_part_keeps_the_plan(house, order):
    line = order["lines"][1]["id"]
    body = house.done(house.api("waiter").post(f"/api/v1/order-lines/{line}/void", {"reason": "left"}))
    assert body["kitchen"]["stage"] == "held"
    assert PlannedCourse.objects.count() == 1


# --- words -------------------------------------------------------------------------------------------------------
def test_the_words_of_an_order_that_is_picked_up():
    words = [
        Order(kind=kind, status=status).status_word
        for kind in ("dine_in", "take_away", "counter")
        for status in (OrderStatus.READY, OrderStatus.DELIVERED)
    ]
    assert words == [
        "Ready for service", "Delivered", "Ready for pick-up", "Handed over", "Ready for pick-up", "Handed over"
    ]  # fmt: skip
