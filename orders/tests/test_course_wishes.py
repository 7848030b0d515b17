"""Wishes for the courses of a new order: with the order, on hold, or on hold for some minutes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.tests.http import nothing_changes, refused
from orders.models import PlannedCourse

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/orders"


def body(house, *wishes, courses=(1, 2, 3)):
    lines = [{"item": house.item.pk, "quantity": 1, "course": course} for course in courses]
    return {"table": house.table.pk, "lines": lines, "courses": list(wishes)}


def place(house, *wishes, role="waiter", **more):
    return house.api(role).post(PATH, body(house, *wishes, **more), key="k")


def held(order):
    return [line["course"] for line in order["lines"] if line["status"] == "held"]


@pytest.mark.parametrize("house_holds", [False, True])
@pytest.mark.parametrize(
    ("wishes", "without_setting", "with_setting"),
    [
        ({}, [], [2, 3]),
        ({1: "hold"}, [1], [1, 2, 3]),
        ({2: "now"}, [], [3]),
        ({2: "hold", 3: "now"}, [2], [2]),
        ({1: "hold", 2: "hold", 3: "hold"}, [1, 2, 3], [1, 2, 3]),
        ({1: "now", 2: "now", 3: "now"}, [], []),
    ],
)
def test_what_waits(house, house_holds, wishes, without_setting, with_setting):
    if house_holds:
        house.hold_courses()
    order = house.done(place(house, *({"course": course, "when": when} for course, when in wishes.items())))
    expected = with_setting if house_holds else without_setting
    assert held(order) == expected
    cooked = {line["course"] for ticket in house.tickets(order) for line in ticket["lines"]}
    assert cooked == {1, 2, 3} - set(expected)


def test_a_course_that_fires_after_some_minutes(house):
    order = house.done(place(house, {"course": 2, "when": "hold", "minutes": 20}))
    plan = PlannedCourse.objects.get()
    assert (plan.order_id, plan.course, plan.planned_by) == (order["id"], 2, house.staff("waiter").name)
    assert abs(plan.fire_at - timezone.now() - timedelta(minutes=20)) < timedelta(minutes=1)


def test_an_order_on_hold_is_fired_course_by_course(house):
    order = house.done(place(house, *({"course": course, "when": "hold"} for course in (1, 2, 3))))
    assert house.tickets(order) == []
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/fire", {"course": 1}))
    assert [ticket["fired_course"] for ticket in house.tickets(order)] == [1]
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/send"))
    assert [ticket["fired_course"] for ticket in house.tickets(order)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"course": 4, "when": "hold"}, "unknown_course", "courses.0.course"),
        ({"course": 2, "when": "later"}, "validation_error", "courses.0.when"),
        ({"course": 2}, "validation_error", "courses.0.when"),
        ({"course": 0, "when": "hold"}, "validation_error", "courses.0.course"),
        ({"course": 2, "when": "hold", "minutes": 721}, "validation_error", "courses.0.minutes"),
        ({"course": 2, "when": "now", "minutes": 5}, "validation_error", "courses.0.minutes"),
        ({"course": 2, "when": "hold", "until": "dessert"}, "validation_error", "courses.0.until"),
    ],
)
def test_wishes_that_are_refused(house, wish, code, field):
    house.api("waiter")
    with nothing_changes():
        problem = refused(place(house, wish), 422, code)
    assert field in problem["errors"]


def test_a_course_that_is_listed_twice(house):
    wish = {"course": 2, "when": "hold"}
    house.api("waiter")
    with nothing_changes():
        assert "courses.1.course" in refused(place(house, wish, wish), 422, "unknown_course")["errors"]


@pytest.mark.parametrize("role", ["pad", "integration"])
def test_pads_and_programs_do_not_decide(house, role):
    house.api(role)
    with nothing_changes():
        refused(place(house, {"course": 2, "when": "hold"}, role=role), 403, "permission_denied")
