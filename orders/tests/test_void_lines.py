"""Voids of sent lines over HTTP: amounts, portions, tickets, rights, refusals.

Races: kitchen/tests/test_race_void.py.
"""

import json

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from menu.models import Item
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.services import fire_course, plan_course, void_lines

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def two(house):
    """Place an order of three of the house's dish and a soup, on one ticket."""
    house.soup = house.add_item(name="Soup", price="6.00")
    house.placed = house.place(lines=[{"item": house.item.pk, "quantity": 3}, {"item": house.soup.pk, "quantity": 1}])
    house.dish_line, house.soup_line = (line["id"] for line in house.placed["lines"])
    return house


def void(house, line, role="waiter", **body):
    headers = {"if_match": body.pop("if_match")} if "if_match" in body else {}
    return house.api(role).post(f"/api/v1/order-lines/{line}/void", {"reason": "Changed mind", **body}, **headers)


def ticket(house):
    (found,) = house.tickets(house.placed)
    return found


def kitchen(house, act, **body):
    return house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket(house)['id']}/{act}", body))


def bump_line(house, name):
    row = next(line for line in ticket(house)["lines"] if line["name"] == name)
    return house.done(house.api("kitchen").post(f"/api/v1/ticket-lines/{row['id']}/bump"))


# --- amounts and rows ------------------------------------------------------------------------------------------------
def test_a_part_of_a_line(two):
    body = two.done(void(two, two.dish_line, quantity=2))
    assert [(line["id"], line["quantity"], line["total"]) for line in body["lines"]] == [
        (two.dish_line, 1, "10.00"), (two.soup_line, 1, "6.00")
    ]  # fmt: skip
    assert (body["total"], body["tax"], body["version"], body["status"]) == ("16.00", "1.45", 2, "placed")
    assert body["kitchen"] == {
        "stage": "queued", "message": "The kitchen had not started. The change is on its screens."
    }  # fmt: skip
    gone = OrderLine.with_removed.get(removed_at__isnull=False)
    assert (gone.quantity, gone.total, gone.name, gone.removed_by) == (2, 20, two.item.name, gone.removed_by)
    assert gone.removed_by


def test_a_whole_line_is_marked_and_kept(two):
    body = two.done(void(two, two.soup_line))
    assert [line["id"] for line in body["lines"]] == [two.dish_line]
    assert body["total"] == "30.00"
    assert OrderLine.with_removed.get(pk=two.soup_line).removed_at is not None
    assert two.api().get("/api/v1/pad/orders").json()["total"] == "30.00"


def test_the_void_of_everything_cancels_the_order(two):
    two.done(void(two, two.soup_line))
    body = two.done(void(two, two.dish_line, quantity=3))
    assert (body["status"], body["cancel_reason"]) == ("cancelled", "Changed mind")
    assert ticket(two)["status"] == "cancelled"
    refused(void(two, two.dish_line), 422, "invalid_order_status")


def test_counted_portions_return_while_nobody_has_begun(two):
    Item.objects.filter(pk=two.item.pk).update(portions_left=4)
    two.done(void(two, two.dish_line, quantity=2))
    assert Item.objects.get(pk=two.item.pk).portions_left == 6
    kitchen(two, "read") if ticket(two)["alert_at"] else None
    kitchen(two, "start")
    two.done(void(two, two.dish_line, "manager"))
    assert Item.objects.get(pk=two.item.pk).portions_left == 6


def test_the_trail_tells_what_why_and_who(two):
    two.done(void(two, two.dish_line, quantity=1, reason=" dropped it "))
    event = Event.objects.get(type="bill_reduced")
    data = json.loads(event.data)
    assert (data["total_before"], data["total_after"], data["lines"][0]["quantity"]) == ("36.00", "26.00", 1)
    assert json.loads(event.private) == {"reason": "dropped it"}
    assert event.actor == f"staff:{two.staff('waiter').pk}"
    seen = Event.objects.get(action="lines_voided")
    assert json.loads(seen.data)["total"] == "26.00"
    assert "dropped" not in seen.data


# --- the kitchen -----------------------------------------------------------------------------------------------------
def test_a_ticket_that_nobody_has_seen_changes_silently(two):
    two.done(void(two, two.soup_line))
    now = ticket(two)
    assert (now["alert_at"], now["voided"], [line["name"] for line in now["lines"]]) == (None, [], [two.item.name])


def test_a_cook_who_knows_the_ticket_must_read_the_change(two):
    two.done(two.api("waiter").post(f"/api/v1/orders/{two.placed['id']}/confirm"))
    two.done(void(two, two.soup_line))
    two.done(void(two, two.dish_line, quantity=2))
    now = ticket(two)
    assert now["alert_at"] is not None
    assert [(each["name"], each["quantity"]) for each in now["voided"]] == [("Soup", 1), (two.item.name, 2)]
    assert [(line["quantity"], line["changed"]) for line in now["lines"]] == [(1, True)]
    refused(two.api("kitchen").post(f"/api/v1/tickets/{now['id']}/bump"), 409, "changes_unread")
    kitchen(two, "read")
    kitchen(two, "bump")
    assert two.status(two.placed) == "ready"


def test_what_is_being_cooked_needs_the_kitchen_or_a_manager(two):
    kitchen(two, "start")
    with nothing_changes():
        problem = refused(void(two, two.dish_line, quantity=1), 409, "line_started")
    assert "Tell the kitchen" in problem["detail"]
    body = two.done(void(two, two.dish_line, quantity=1, kitchen_told=True))
    assert body["kitchen"]["stage"] == "started"
    assert (ticket(two)["status"], ticket(two)["alert_at"] is None) == ("started", False)
    assert two.done(void(two, two.dish_line, "manager", quantity=1))["lines"][0]["quantity"] == 1


def test_what_is_cooked_needs_a_manager(two):
    bump_line(two, "Soup")
    for told in (False, True):
        with nothing_changes():
            refused(void(two, two.soup_line, kitchen_told=told), 409, "line_done")
    body = two.done(void(two, two.soup_line, "manager"))
    assert (body["kitchen"]["stage"], body["status"]) == ("done", "preparing")


def test_a_manager_may_approve_what_a_waiter_voids(two):
    bump_line(two, "Soup")
    boss = two.actor("manager")
    voided = void_lines(
        order_id=two.placed["id"], lines={two.soup_line: None}, reason="cold", actor=two.actor("waiter"),
        approver=boss,
    )  # fmt: skip
    assert voided.order.total == 30
    assert json.loads(Event.objects.get(type="bill_reduced").data)["approver"] == boss.label


def test_a_ticket_with_finished_lines_alone_waits_for_its_cook(two):
    bump_line(two, "Soup")
    two.done(void(two, two.dish_line, "waiter"))
    assert (ticket(two)["status"], two.status(two.placed)) == ("started", "preparing")
    kitchen(two, "read")
    kitchen(two, "bump")
    assert two.status(two.placed) == "ready"


# --- courses ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def courses(house):
    """Serve the first of two courses; the second waits."""
    house.hold_courses()
    house.placed = {"id": house.order(lines=[LineRequest(item=house.item.pk, quantity=1, course=n) for n in (1, 2)]).id}
    house.first, house.second = OrderLine.objects.filter(order=house.placed["id"]).order_by("course")
    kitchen(house, "bump")
    house.done(house.api("waiter").post(f"/api/v1/orders/{house.placed['id']}/deliver"))
    return house


def test_the_void_of_a_held_course_after_the_first_was_served(courses):
    plan_course(order_id=courses.placed["id"], course=2, minutes=20, actor=courses.actor("waiter"))
    body = courses.done(void(courses, courses.second.pk))
    assert body["kitchen"]["stage"] == "held"
    assert body["status"] == "delivered"
    assert not Order.objects.get().planned_courses.exists()


def test_the_void_of_a_fired_course_after_the_first_was_served(courses):
    fire_course(order_id=courses.placed["id"], course=2, actor=courses.actor("waiter"))
    assert courses.done(void(courses, courses.second.pk))["status"] == "delivered"


def test_the_void_of_a_served_line_leaves_the_next_course_on_hold(courses):
    refused(void(courses, courses.first.pk), 409, "line_done")
    body = courses.done(void(courses, courses.first.pk, "manager"))
    assert (body["status"], [line["status"] for line in body["lines"]]) == ("preparing", ["held"])


# --- refusals --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": 4}, "quantity"),
        ({"quantity": "1"}, "quantity"),
        ({"reason": ""}, "reason"),
        ({"reason": "  "}, "reason"),
        ({"reason": None}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"kitchen_told": "yes"}, "kitchen_told"),
        ({"price": "0"}, "price"),
    ],
)
def test_bodies_that_are_refused(two, body, field):
    with nothing_changes():
        problem = refused(void(two, two.dish_line, **body), 422, "validation_error")
    assert field in problem["errors"]


def test_an_old_version(two):
    two.done(void(two, two.dish_line, quantity=1, if_match='"1"'))
    with nothing_changes():
        refused(void(two, two.dish_line, quantity=1, if_match='"1"'), 412, "precondition_failed")


def test_lines_that_are_missing_removed_or_not_yours(two, other_house):
    theirs = other_house.place()["lines"][0]["id"]
    two.done(void(two, two.soup_line))
    with nothing_changes():
        for pk in (theirs, two.soup_line, 999_999):
            refused(void(two, pk), 404, "line_not_found")


@pytest.mark.parametrize("role", ["host", "kitchen", "cashier", "pad", "screen", "integration"])
def test_only_waiters_and_managers(two, role):
    with nothing_changes():
        refused(void(two, two.dish_line, role), 403, "permission_denied")


@pytest.mark.parametrize("status", ["delivered", "cancelled"])
def test_orders_that_are_over(house, status):
    order = house.reach(status)
    with nothing_changes():
        refused(void(house, order["lines"][0]["id"], "manager"), 422, "invalid_order_status")


def test_of_a_ready_order_a_manager_may_void(house):
    order = house.reach("ready", quantity=2)
    assert house.done(void(house, order["lines"][0]["id"], "manager", quantity=1))["status"] == "ready"
