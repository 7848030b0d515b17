"""The alarm of orders that the kitchen has not confirmed within twenty seconds, raised once for each order."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from orders.metrics import UNSEEN_ORDERS
from orders.models import Order
from orders.services import alarming, cancel_order, confirm_order, raise_unseen_alarms, replace_lines, withdraw_order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def later(order, seconds=21):
    return Order.objects.get(pk=order.id).placed_at + timedelta(seconds=seconds)


def alarms(house):
    return list(Event.objects.filter(restaurant=house.restaurant, action="unseen").order_by("seq"))


def seen_by_reader(house, order):
    return house.api("waiter").get(f"/api/v1/orders/{order.id}").json()


def gauge():
    return UNSEEN_ORDERS._value.get()


def test_an_order_that_nobody_has_seen_is_alarmed_once(house, other_house):
    order, theirs = house.order(), other_house.order()
    confirm_order(order_id=theirs.id, actor=other_house.actor("waiter"))
    now = later(order)
    assert raise_unseen_alarms(now=now) == 1
    (event,) = alarms(house)
    assert (event.type, event.table_id, event.actor) == ("order_updated", house.table.pk, "system:0")
    told = json.loads(event.data)
    assert (told["id"], told["status"], told["unseen_at"], told["version"]) == (order.id, "placed", now.isoformat(), 2)
    with nothing_changes():
        assert raise_unseen_alarms(now=now) == 0
        assert raise_unseen_alarms(now=now + timedelta(hours=1)) == 0
    assert alarms(other_house) == []


def test_nineteen_seconds_are_no_alarm(house):
    # The sweep runs once a second, so an order that is due after 19 seconds has its alarm at 20 seconds.
    order = house.order()
    with nothing_changes():
        for seconds in (0, 1, 18, 19):
            assert raise_unseen_alarms(now=later(order, seconds)) == 0
    assert raise_unseen_alarms(now=later(order, 19.001)) == 1


@pytest.mark.parametrize("status", ["confirmed", "preparing", "ready", "delivered", "cancelled"])
def test_an_order_that_went_on_in_time_is_never_alarmed(house, status):
    house.reach(status)
    moment = Order.objects.get().placed_at + timedelta(days=1)
    with nothing_changes():
        assert raise_unseen_alarms(now=moment) == 0
    assert gauge() == 0


def test_a_withdrawn_order_is_never_alarmed(house):
    order = house.order()
    withdraw_order(order_id=order.id, actor=house.pad_actor)
    with nothing_changes():
        assert raise_unseen_alarms(now=later(order)) == 0


def test_orders_that_are_seen_in_time_raise_no_false_alarm(house):
    """Confirmed orders of an evening raise no alarm while the sweep runs."""
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        for _ in range(40):
            order = house.order()
            clock.shift(19)
            raise_unseen_alarms(now=Order.objects.get(pk=order.id).placed_at + timedelta(seconds=19))
            confirm_order(order_id=order.id, actor=house.actor("kitchen"))
    assert raise_unseen_alarms(now=later(order, 3600)) == 0
    assert alarms(house) == []


def test_it_ends_when_the_order_is_confirmed(house):
    order = house.order()
    now = later(order)
    raise_unseen_alarms(now=now)
    shown = seen_by_reader(house, order)
    assert shown["unseen_at"] == now.isoformat()
    confirm_order(order_id=order.id, actor=house.actor("waiter"))
    shown = seen_by_reader(house, order)
    assert (shown["status"], shown["unseen_at"], shown["version"]) == ("confirmed", None, 3)
    assert raise_unseen_alarms(now=now + timedelta(minutes=5)) == 0
    assert gauge() == 0


def test_it_ends_when_the_order_is_cancelled(house):
    order = house.order()
    raise_unseen_alarms(now=later(order))
    cancel_order(order_id=order.id, reason="Left", actor=house.actor("waiter"))
    assert seen_by_reader(house, order)["unseen_at"] is None


def test_an_edit_does_not_ring_again(house):
    order = house.order()
    raise_unseen_alarms(now=later(order))
    lines = house.request(quantity=3).lines
    replace_lines(order_id=order.id, lines=lines, note=None, actor=house.pad_actor)
    assert seen_by_reader(house, order)["unseen_at"] is not None
    assert raise_unseen_alarms(now=later(order, 60)) == 0


def test_the_version_tells_a_reader_that_it_changed(house):
    order = house.order()
    etag = house.api("waiter").get(f"/api/v1/orders/{order.id}")["ETag"]
    raise_unseen_alarms(now=later(order))
    answer = house.api("waiter").get(f"/api/v1/orders/{order.id}", If_None_Match=etag)
    assert (answer.status_code, answer["ETag"] != etag) == (200, True)


# --- number of queries --------------------------------------------------------------------------------------------
def test_looking_when_nothing_is_due_is_one_question(house, other_house):
    house.order()
    other_house.reach("ready")
    with CaptureQueriesContext(connection) as queries:
        raise_unseen_alarms(now=Order.objects.order_by("pk").first().placed_at)
    assert len(queries) == 2  # the test's own, the sweep's
    order = house.order()
    raise_unseen_alarms(now=later(order))
    now = later(order, 60)
    with CaptureQueriesContext(connection) as queries:
        raise_unseen_alarms(now=now)
    assert len(queries) == 1, "what was alarmed before costs nothing more"


def test_it_looks_only_at_what_is_placed(house):
    rows = Order.objects.overdue(house.restaurant.created_at).order_by("placed_at")
    rows = rows.values_list("restaurant_id", "pk", "unseen_at")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "order_placed" in rows.explain()


def test_both_restaurants_in_units_of_their_own(house, other_house):
    orders = [house.order(), house.order(), other_house.order()]
    assert raise_unseen_alarms(now=later(orders[-1])) == 3
    assert [len(alarms(house)), len(alarms(other_house))] == [2, 1]
    assert gauge() == 3


def test_one_restaurants_trouble_is_not_the_others(house, other_house, monkeypatch):
    order = house.order()
    other_house.order()
    original = alarming._raise_in

    def broken(restaurant_id, *more):
        if restaurant_id == house.restaurant.pk:
            raise OperationalError("locked")
        return original(restaurant_id, *more)

    monkeypatch.setattr(alarming, "_raise_in", broken)
    with pytest.raises(OperationalError):
        raise_unseen_alarms(now=later(order))
    assert [len(alarms(house)), len(alarms(other_house))] == [0, 1]
    monkeypatch.setattr(alarming, "_raise_in", original)
    assert raise_unseen_alarms(now=later(order)) == 1


def test_very_many_are_taken_in_turns(house, monkeypatch):
    monkeypatch.setattr(alarming, "AT_ONCE", 2)
    orders = [house.order() for _ in range(3)]
    assert [raise_unseen_alarms(now=later(orders[-1])) for _ in range(3)] == [2, 1, 0]
    assert [json.loads(event.data)["id"] for event in alarms(house)] == [order.id for order in orders]


# --- display -------------------------------------------------------------------------------------------------------
def test_the_floor_believes_an_alarm_of_a_clock_that_is_ahead(house):
    order = house.order()
    browser = house.browser("waiter")
    assert "has not seen" not in browser.get("/floor/").content.decode()
    raise_unseen_alarms(now=later(order))  # while the clock of this process still has the time of the order
    assert "has not seen" in browser.get("/floor/").content.decode()
    confirm_order(order_id=order.id, actor=house.actor("waiter"))
    assert "has not seen" not in browser.get("/floor/").content.decode()


def test_metrics_count_what_stands_unseen(house, client):
    raise_unseen_alarms(now=later(house.order()))
    assert b"bistro_orders_unseen 1.0" in client.get("/metrics").content
    confirm_order(order_id=Order.objects.get().pk, actor=house.actor("waiter"))
    raise_unseen_alarms(now=Order.objects.get().placed_at + timedelta(seconds=30))
    assert b"bistro_orders_unseen 0.0" in client.get("/metrics").content
