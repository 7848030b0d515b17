"""Refusals of paused items at every entry point, and of orders from pads while pads are paused."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.kernel.errors import Paused
from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import forget
from menu.services import end_pauses, pause, resume
from orders.models import Order
from orders.services import PlacedOrder, place_orders

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
EVENING = "2026-03-01T19:00:00Z"


@pytest.fixture
def cook(house):
    return house.actor("kitchen")


@pytest.fixture
def evening():
    with time_machine.travel(EVENING, tick=False) as clock:
        yield clock


def lines(item, quantity=1):
    return [{"item": item.pk, "quantity": quantity}]


# --- placing ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["pad", "waiter", "owner", "integration"])
def test_nobody_orders_a_paused_item(house, other_house, cook, evening, role):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(timezone="Europe/Paris")
    forget()
    soup = house.add_item()
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    body = {"table": house.table.pk, "lines": [*lines(soup), *lines(house.item)]}
    with nothing_changes():
        answer = house.api(role).post("/api/v1/orders", body, key="k")
        problem = refused(answer, 409, "paused")
    assert problem["detail"] == f"{house.item.name} is paused until 20:20. Choose another dish, or wait."
    assert problem["errors"] == {"lines.1.item": [problem["detail"]]}
    assert (problem["item"], problem["paused_until"]) == (house.item.pk, "2026-03-01T19:20:00+00:00")
    assert answer["Retry-After"] == "1200"
    assert house.api(role).post("/api/v1/orders", {**body, "lines": lines(soup)}, key="k").status_code == 201
    other_house.place()


def test_a_category_pauses_its_items(house, cook):
    pause(category_id=house.category.pk, minutes=20, actor=cook)
    with nothing_changes():
        refused(house.api().post("/api/v1/orders", {"lines": lines(house.item)}, key="k"), 409, "paused")


def test_by_names(house, cook):
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    body = {"table": house.table.name, "items": [{"name": house.item.name, "quantity": 1}]}
    with nothing_changes():
        problem = refused(house.api().post("/api/order", body), 409, "paused")
    assert list(problem["errors"]) == ["items.0.name"]


def test_pads_are_paused_and_staff_are_not(house, other_house, cook, evening):
    first = house.place(key="before")
    row = pause(minutes=10, actor=cook)
    body = {"lines": lines(house.item)}
    with nothing_changes():
        answer = house.api().post("/api/v1/orders", body, key="k")
        problem = refused(answer, 409, "paused")
    assert problem["detail"] == "Orders from pads are paused until 19:10. Ask a waiter."
    assert answer["Retry-After"] == "600"
    house.place("waiter")
    house.place("integration")
    other_house.place()
    again = house.api().post("/api/v1/orders", body, key="before")  # a retry of a placed order still succeeds
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    resume(pause_id=row.pk, actor=cook)
    assert house.api().post("/api/v1/orders", body, key="k").status_code == 201


def test_the_clock_ends_it_without_a_sweep(house, cook, evening):
    pause(item_id=house.item.pk, minutes=10, actor=cook)
    evening.shift(10 * 60 - 1)
    refused(house.api().post("/api/v1/orders", {"lines": lines(house.item)}, key="k"), 409, "paused")
    evening.shift(1)
    house.place(key="k")
    assert end_pauses(now=timezone.now()) == 1
    house.place()


def test_in_a_batch_the_others_go_on(house, cook):
    pause(minutes=10, actor=cook)
    pads, waiters = place_orders([house.request(), house.request(house.actor("waiter"))])
    assert isinstance(pads, Paused)
    assert isinstance(waiters, PlacedOrder)
    assert Order.objects.count() == 1


@pytest.mark.parametrize("counted", [True, False])
def test_a_pause_costs_an_order_no_statement(house, cook, counted):
    dish = house.add_item(portions_left=50) if counted else house.add_item()
    body = {"lines": lines(dish)}

    def statements(key):
        with CaptureQueriesContext(connection) as asked:
            assert house.api().post("/api/v1/orders", body, key=key).status_code == 201
        return len(asked)

    statements("a")
    without = statements("b")
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    statements("c")  # reads the pauses once
    assert statements("d") == without


# --- editing ---------------------------------------------------------------------------------------------------------
def put(house, role, order, *wanted):
    return house.api(role).put(f"/api/v1/orders/{order['id']}", {"lines": list(wanted)})


def test_an_edit_adds_nothing_of_what_is_paused(house, cook):
    soup, order = house.add_item(), house.place("waiter", quantity=2)
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    (line,) = order["lines"]
    kept = {"id": line["id"], "item": house.item.pk}
    with nothing_changes():
        problem = refused(put(house, "waiter", order, {**kept, "quantity": 3}), 409, "paused")
        assert list(problem["errors"]) == ["lines.0.item"]
        again = {"item": house.item.pk, "quantity": 1}
        refused(put(house, "waiter", order, {**kept, "quantity": 2}, again), 409, "paused")
    assert put(house, "waiter", order, {**kept, "quantity": 2}, *lines(soup)).status_code == 200
    assert put(house, "waiter", order, {**kept, "quantity": 1}).status_code == 200


def test_a_pad_adds_nothing_while_pads_are_paused(house, cook):
    soup, order = house.add_item(), house.place(quantity=2)
    pause(minutes=20, actor=cook)
    with nothing_changes():
        refused(put(house, "pad", order, *lines(house.item, 3)), 409, "paused")
        refused(put(house, "pad", order, *lines(house.item, 2), *lines(soup)), 409, "paused")
    assert put(house, "pad", order, *lines(house.item, 1)).status_code == 200
    assert put(house, "waiter", order, *lines(house.item, 4)).status_code == 200


# --- the floor -------------------------------------------------------------------------------------------------------
def test_the_waiters_form_says_so_and_refuses(house, cook, evening):
    waiter, sheet = house.browser("waiter"), f"/floor/tables/{house.table.pk}/"
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    page = waiter.get(f"{sheet}order/?category={house.category.pk}").content.decode()
    assert 'order-tile__off">paused until 19:20<' in page
    with nothing_changes():
        answer = waiter.post(f"{sheet}order/", {f"quantity-{house.item.pk}": "1", "key": "k", "do": "send"})
    assert answer.status_code == 409
    assert "is paused until 19:20. Choose another dish, or wait." in answer.content.decode()


def test_the_floor_page_says_what_is_paused(house, other_house, cook, evening):
    pause(minutes=20, actor=other_house.actor("kitchen"))
    waiter = house.browser("waiter")
    assert "PAUSED" not in waiter.get("/floor/").content.decode()
    pause(minutes=20, reason="<b>rush</b>", actor=cook)
    page = waiter.get("/floor/").content.decode()
    assert "<strong>PAUSED</strong> <span hx-disable>Orders from pads</span>" in page
    assert "until 19:20" in page
    assert "&lt;b&gt;rush&lt;/b&gt;" in page
    evening.shift(timedelta(minutes=20))
    assert "PAUSED" not in waiter.get("/floor/").content.decode()
