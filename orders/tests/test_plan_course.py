"""Planned courses, which fire automatically."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from bistro.core.kernel.errors import Overloaded
from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import forget
from orders.models import PlannedCourse
from orders.services import fire_due_courses, planning

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def order(house):
    house.hold_courses()
    with time_machine.travel(NOON, tick=False):
        return house.place(lines=[{"item": house.item.pk, "quantity": 1, "course": course} for course in (1, 2, 3)])


def plan(house, order, course=2, minutes=10, role="screen"):
    with time_machine.travel(NOON, tick=False):
        return house.api(role).post(f"/api/v1/orders/{order['id']}/plan", {"course": course, "minutes": minutes})


def sweep(minutes):
    moment = NOON + timedelta(minutes=minutes)
    with time_machine.travel(moment, tick=False):
        return fire_due_courses(now=timezone.now())


def courses(house, order):
    lines = house.api().get(f"/api/v1/orders/{order['id']}").json()["lines"]
    return [line["status"] for line in lines]


def test_it_fires_at_its_time_and_once(house, order):
    house.done(plan(house, order))
    assert (sweep(9), courses(house, order)) == (0, ["queued", "held", "held"])
    assert (sweep(10), courses(house, order)) == (1, ["queued", "queued", "held"])
    assert (sweep(11), PlannedCourse.objects.count()) == (0, 0)
    assert [ticket["fired_course"] for ticket in house.tickets(order)] == [None, 2]


def test_a_later_word_replaces_the_earlier_and_none_takes_it_back(house, order):
    house.done(plan(house, order, minutes=10))
    house.done(plan(house, order, minutes=30))
    assert sweep(29) == 0
    house.done(plan(house, order, minutes=None))
    assert (sweep(60), courses(house, order)) == (0, ["queued", "held", "held"])


def test_who_fires_by_hand_is_first(house, order):
    house.done(plan(house, order))
    house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/fire", {"course": 2}))
    assert (PlannedCourse.objects.count(), sweep(10)) == (0, 0)


def test_what_cannot_fire_any_more_is_forgotten(house, order):
    house.done(plan(house, order))
    house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "left"}))
    assert (sweep(10), PlannedCourse.objects.count()) == (0, 0)


@pytest.mark.parametrize("error", [OperationalError("database is locked"), Overloaded("busy")])
def test_one_that_cannot_fire_now_does_not_keep_the_others_waiting(house, order, monkeypatch, error):
    house.done(plan(house, order, course=2))
    house.done(plan(house, order, course=3, minutes=11))
    real = planning.fire_course

    def fire(*, course, **more):
        if course == 2:
            raise error
        return real(course=course, **more)

    monkeypatch.setattr(planning, "fire_course", fire)
    with pytest.raises(type(error)):
        sweep(12)
    assert courses(house, order) == ["queued", "held", "queued"]
    monkeypatch.undo()
    assert (sweep(13), courses(house, order)) == (1, ["queued", "queued", "queued"])


def test_nothing_due_costs_one_query(house, order, django_assert_num_queries):
    house.done(plan(house, order))
    with django_assert_num_queries(1):
        fire_due_courses(now=NOON)


@pytest.mark.parametrize(
    ("course", "minutes", "status", "code"),
    [(1, 5, 409, "already_fired"), (7, 5, 422, "unknown_course"), (2, 721, 422, "validation_error")],
)
def test_what_cannot_be_planned(house, order, course, minutes, status, code):
    with nothing_changes():
        refused(plan(house, order, course, minutes), status, code)


@pytest.mark.parametrize(("minutes", "due"), [(None, 0), (0, 1), (4, 1)])
def test_the_next_course_follows_the_one_that_was_served(house, order, minutes, due):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(fire_after_served_minutes=minutes)
    forget()
    (ticket,) = house.tickets(order)
    with time_machine.travel(NOON + timedelta(minutes=20), tick=False):
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
        house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/deliver"))
    assert sweep(20 + (minutes or 0) - 1) == 0
    assert sweep(20 + (minutes or 0)) == due
    assert courses(house, order) == ["done", "queued" if due else "held", "held"]


def test_a_waiter_says_it_on_the_sheet(house, order):
    sheet = f"/floor/tables/{house.table.pk}/"
    address = f"/floor/orders/{order['id']}/courses/2/plan/"
    with time_machine.travel(NOON, tick=False):
        browser = house.browser("waiter")
        assert browser.post(address, {"minutes": "15"}).status_code == 302
        assert "fires at" in browser.get(sheet).text
        assert PlannedCourse.objects.get().fire_at == NOON + timedelta(minutes=15)
        assert browser.post(address, {"minutes": "never"}).status_code == 302
        assert "fires at" not in browser.get(sheet).text
        refused_page = browser.post(address, {"minutes": "9999"}, headers={"HX-Request": "true"})
    assert "within twelve hours" in refused_page.text
    assert not PlannedCourse.objects.exists()


@pytest.mark.parametrize("minutes", ["", "-1", "1e3", "soon", "721", "9" * 20])
def test_unreadable_minutes_keep_the_plan(house, order, minutes):
    house.done(plan(house, order))
    with nothing_changes():
        answer = house.browser("waiter").post(f"/floor/orders/{order['id']}/courses/2/plan/", {"minutes": minutes})
    assert answer.status_code == 422
    assert PlannedCourse.objects.get().fire_at == NOON + timedelta(minutes=10)
