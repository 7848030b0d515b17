"""Orders by names: the requests and answers of docs/contracts/bistro92.md."""

from datetime import UTC, datetime

import pytest
import time_machine

from bistro.core.tests.http import Api, nothing_changes, refused
from menu.tests.factories import ModifierFactory, ModifierGroupFactory
from orders.models import Order

pytestmark = pytest.mark.django_db

ASKED = {"table": "Table 1", "items": [{"name": "Burger", "quantity": 3}, {"name": "Ice Cream", "quantity": 1}]}


@pytest.fixture
def bistro(house):
    """Return the house with the names of the contract's example."""
    house.table.name = "Table 1"
    house.table.save()
    house.burger = house.add_item(name="Burger", price="12.50")
    house.ice_cream = house.add_item(name="Ice Cream", price="4.20")
    return house


def test_the_contracts_own_example(bistro):
    with time_machine.travel(datetime(2025, 4, 27, 7, 30, 20, 123456, tzinfo=UTC), tick=False):
        response = bistro.api().post("/api/order", ASKED)

    assert response.status_code == 201
    body = response.json()
    assert list(body)[:4] == ["id", "table", "items", "created_at"]
    assert {name: body[name] for name in ("table", "items", "created_at")} == {
        "table": "Table 1",
        "items": [{"name": "Burger", "quantity": 3}, {"name": "Ice Cream", "quantity": 1}],
        "created_at": "2025-04-27T07:30:20+00:00",
    }
    assert body["id"] == Order.objects.get().pk
    assert (body["status"], body["total"], body["tax"], body["number"]) == ("placed", "41.70", "3.79", 1)


def test_an_integration_orders_for_any_table_and_staff_too(bistro):
    other = bistro.add_table(name="Table 2")
    for role in ("integration", "waiter"):
        response = bistro.api(role).post("/api/order", {**ASKED, "table": "Table 2"})
        assert response.status_code == 201
        assert response.json()["table"] == "Table 2"
    assert set(Order.objects.values_list("table_id", flat=True)) == {other.pk}


@pytest.mark.parametrize("name", ["table 1", "  TABLE   1 ", "Table\u00a01"])
def test_names_are_found_without_case_and_spacing(bistro, name):
    response = bistro.api().post("/api/order", {**ASKED, "table": name})
    assert response.status_code == 201
    assert response.json()["table"] == "Table 1"


def test_items_may_say_more(bistro):
    group = ModifierGroupFactory(item=bistro.burger, max=2)
    cheese = ModifierFactory(group=group, name="Extra cheese", price="1.50")
    ModifierFactory(group=group, name="No onions", price="0.00")
    item = {
        "name": "Burger", "quantity": 2, "modifiers": [cheese.pk, "no ONIONS"],
        "note": "well done", "seat": 4, "course": 2,
    }  # fmt: skip
    body = bistro.done(bistro.api().post("/api/order", {"table": "Table 1", "items": [item]}))
    assert body["items"] == [
        {
            "name": "Burger",
            "quantity": 2,
            "modifiers": ["Extra cheese", "No onions"],
            "note": "well done",
            "seat": 4,
        }
    ]
    (line,) = body["lines"]
    assert (line["unit_price"], line["total"], line["course"]) == ("14.00", "28.00", 2)


def test_a_key_makes_the_retry_a_success(bistro):
    first = bistro.api().post("/api/order", ASKED, key="tap-1")
    second = bistro.api().post("/api/order", ASKED, key="tap-1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second["Idempotent-Replayed"] == "true"
    assert second.json() == first.json()
    assert Order.objects.count() == 1


def test_without_a_key_two_taps_are_two_orders(bistro):
    bistro.api().post("/api/order", ASKED)
    bistro.api().post("/api/order", ASKED)
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"table": "Table 99"}, "unknown_table", "table"),
        ({"table": ""}, "validation_error", "table"),
        ({"table": 7}, "validation_error", "table"),
        ({"items": []}, "validation_error", "items"),
        ({"items": [{"name": "Unicorn", "quantity": 1}]}, "unknown_item", "items.0.name"),
        ({"items": [{"name": "Burger"}]}, "validation_error", "items.0.quantity"),
        ({"items": [{"name": "Burger", "quantity": 0}]}, "validation_error", "items.0.quantity"),
        ({"items": [{"name": "Burger", "quantity": 1, "price": "0.01"}]}, "validation_error", "items.0.price"),
        (
            {"items": [{"name": "Burger", "quantity": 1, "modifiers": ["x"]}]},
            "unknown_modifier",
            "items.0.modifiers",
        ),
        ({"status": "ready"}, "validation_error", "status"),
    ],
)
def test_what_is_refused(bistro, change, code, field):
    with nothing_changes():
        body = refused(bistro.api().post("/api/order", {**ASKED, **change}), 422, code)
    assert field in body["errors"]


def test_another_table_is_not_this_pads(bistro):
    bistro.add_table(name="Table 2")
    with nothing_changes():
        refused(bistro.api().post("/api/order", {**ASKED, "table": "Table 2"}), 422, "wrong_table")


def test_another_restaurants_table_is_unknown(bistro, other_house):
    other_house.table.name = "Elsewhere"
    other_house.table.save()
    with nothing_changes():
        refused(bistro.api("integration").post("/api/order", {**ASKED, "table": "Elsewhere"}), 422, "unknown_table")


def test_cookies_do_not_work_here(bistro):
    browser = bistro.browser("manager")
    with nothing_changes():
        refused(browser.post("/api/order", ASKED, content_type="application/json"), 401, "not_authenticated")


@pytest.mark.parametrize(
    "authorization", ["", "Device nonsense", "Bearer nonsense", "Basic eDp5", "Device", "Device \u00e9"]
)
def test_without_a_good_credential_nothing_works(bistro, authorization):
    with nothing_changes():
        response = Api(authorization).post("/api/order", ASKED)
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"
        assert response["WWW-Authenticate"]


def test_a_revoked_pad_is_out(bistro):
    from bistro.core.services.devices import revoke

    revoke(device_id=bistro.pad.device_id, actor=bistro.actor("manager"))
    with nothing_changes():
        refused(bistro.api().post("/api/order", ASKED), 401, "invalid_token")
