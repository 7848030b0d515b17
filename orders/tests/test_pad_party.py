"""The calls of a pad about itself and its party (docs/contracts/bistro.md)."""

from datetime import UTC, datetime

import pytest
import time_machine

from bistro.core.tests.factories import DeviceFactory, token_of
from bistro.core.tests.http import Api, refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
STEPS = ["Order Placed", "Kitchen Received", "Preparation", "Ready for Service", "Delivered"]


def test_the_pad_itself(house):
    with time_machine.travel(datetime(2026, 5, 4, 12, 0, tzinfo=UTC), tick=False):
        body = house.api().get("/api/v1/pad").json()
    assert body["device"] == {"id": house.pad.device_id, "name": house.pad.device.name, "kind": "pad"}
    assert body["table"] == {"id": house.table.pk, "name": house.table.name, "seats": 4}
    assert body["restaurant"] == {
        "id": str(house.restaurant.uid),
        "name": house.restaurant.name,
        "currency": "EUR",
        "locale": "en_IE",
        "timezone": "UTC",
    }
    assert body["session"] == {"required": False, "open": True}
    assert body["settings"] == {"soon_seconds": 300, "late_seconds": 600, "heartbeat_seconds": 5.0}
    assert body["server_time"] == "2026-05-04T12:00:00+00:00"
    assert body["party"] is None
    assert body["feed"]["seq"] == 0


def test_the_party_and_the_feed_move_on(house):
    order = house.place()
    body = house.api().get("/api/v1/pad").json()
    assert (body["party"], body["feed"]["seq"]) == (order["party"], 2)


@pytest.mark.parametrize("path", ["/api/v1/pad", "/api/v1/pad/orders"])
def test_only_pads_are_pads(house, path):
    loose = Api(f"Device {token_of(DeviceFactory(restaurant=house.restaurant, kind='pad'))}")
    for api in (house.api("manager"), house.api("integration"), house.api("screen"), loose):
        refused(api.get(path), 404, "pad_not_found")
    refused(house.browser("manager").get(path), 401, "not_authenticated")
    refused(Api().get(path), 401, "not_authenticated")


def test_the_partys_orders_oldest_first_with_the_running_bill(house):
    first, second = house.place(), house.place("waiter", quantity=2)
    house.place(api=house.add_pad())
    body = house.api().get("/api/v1/pad/orders").json()
    assert [order["id"] for order in body["orders"]] == [first["id"], second["id"]]
    assert (body["total"], body["tax"]) == ("30.00", "2.73")


def test_what_was_cancelled_is_not_owed(house):
    house.reach("cancelled")
    house.place()
    body = house.api().get("/api/v1/pad/orders").json()
    assert len(body["orders"]) == 2
    assert (body["total"], body["tax"]) == ("10.00", "0.91")


def test_nothing_yet(house):
    assert house.api().get("/api/v1/pad/orders").json() == {
        "orders": [],
        "total": "0.00",
        "service": "0.00",
        "service_name": "",
        "tax": "0.00",
        "taxes": [],
    }


@pytest.mark.parametrize(
    ("status", "reached"),
    [("placed", 1), ("confirmed", 2), ("preparing", 3), ("ready", 4), ("delivered", 5), ("cancelled", 0)],
)
def test_the_guest_follows_five_steps(house, status, reached):
    order = house.reach(status)
    (shown,) = house.api().get("/api/v1/pad/orders").json()["orders"]
    assert [step["step"] for step in shown["tracking"]] == STEPS
    assert [step["done"] for step in shown["tracking"]] == [True] * reached + [False] * (5 - reached)
    times = [order[f"{name}_at"] for name in ("placed", "confirmed", "preparing", "ready", "delivered")]
    assert [step["at"] for step in shown["tracking"]] == times[:reached] + [None] * (5 - reached)


def test_after_the_table_was_cleared_it_is_a_new_party(house):
    house.reach("delivered")
    house.done(house.api("waiter").post(f"/api/v1/tables/{house.table.pk}/clear"))
    assert house.api().get("/api/v1/pad/orders").json()["orders"] == []
    assert house.api().get("/api/v1/pad").json()["party"] is None


def test_the_number_of_queries_does_not_grow(house, django_assert_num_queries):
    house.place()
    with django_assert_num_queries(6):  # device, pad, orders with tables, lines, comps and discounts, rules for service
        house.api().get("/api/v1/pad/orders")
    for _ in range(9):
        house.place()
    with django_assert_num_queries(6):
        assert len(house.api().get("/api/v1/pad/orders").json()["orders"]) == 10
