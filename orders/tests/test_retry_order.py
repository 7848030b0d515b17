"""Retries with an Idempotency-Key (ADR 0003)."""

import pytest

from bistro.core.auth.authentication import claims_for
from bistro.core.services.devices import rotate
from bistro.core.tests.factories import MembershipFactory
from bistro.core.tests.http import Api, nothing_changes, refused
from orders.models import Order

pytestmark = pytest.mark.django_db
PATH = "/api/v1/orders"


def body_of(house, quantity=1, **more):
    return {"lines": [{"item": house.item.pk, "quantity": quantity}], **more}


def test_the_same_key_and_body_give_the_first_answer_again(house):
    first = house.api().post(PATH, body_of(house), key="tap")
    with nothing_changes():
        again = house.api().post(PATH, body_of(house), key="tap")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again["Idempotent-Replayed"] == "true"
    assert again["ETag"] == first["ETag"]
    assert again.json() == first.json()


def test_spacing_and_order_of_keys_are_the_same_body(house):
    house.api().post_raw(PATH, b'{"note":"a","lines":[{"item":%d,"quantity":1}]}' % house.item.pk, key="tap")
    text = b'{ "lines": [ {"quantity": 1, "item": %d} ], "note": "a" }' % house.item.pk
    assert house.api().post_raw(PATH, text, key="tap").status_code == 200


def test_another_body_under_the_same_key_is_refused(house):
    house.place(key="tap")
    with nothing_changes():
        body = refused(house.api().post(PATH, body_of(house, 2), key="tap"), 422, "idempotency_key_reused")
    assert list(body["errors"]) == ["Idempotency-Key"]


def test_another_devices_key_is_another_order(house):
    neighbour = house.add_pad(house.table)
    first = house.place(key="tap")
    second = house.place(api=neighbour, key="tap")
    assert first["id"] != second["id"]


def test_staff_have_keys_of_their_own(house):
    assert house.place("waiter", key="tap")["id"] != house.place("manager", key="tap")["id"]
    again = house.api("waiter").post(PATH, body_of(house, table=house.table.pk), key="tap")
    assert again.status_code == 200


def test_another_restaurants_key_is_another_order(house, other_house):
    """Orders of one login with the same key in two restaurants are two orders."""
    staff = house.staff("waiter")
    MembershipFactory(restaurant=other_house.restaurant, staff=staff, role="waiter")
    there = Api(f"Bearer {claims_for(staff, other_house.restaurant.pk).access_token}")
    here = house.place("waiter", key="tap")
    second = there.post(PATH, body_of(other_house, table=other_house.table.pk), key="tap")
    assert second.status_code == 201
    assert second.json()["id"] != here["id"]
    restaurants = Order.objects.order_by("pk").values_list("restaurant_id", flat=True)
    assert list(restaurants) == [house.restaurant.pk, other_house.restaurant.pk]


def test_refusals_are_not_stored(house):
    house.add_item(name="Soup", off_since="2026-05-04T00:00:00Z")
    soup = {"lines": [{"item": "Soup", "quantity": 1}]}
    refused(house.api().post(PATH, soup, key="tap"), 409, "sold_out")
    assert house.api().post(PATH, body_of(house), key="tap").status_code == 201


def test_a_replay_shows_the_order_as_it_is_now(house):
    order = house.place(key="tap")
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/confirm"))
    again = house.api().post(PATH, body_of(house), key="tap")
    assert (again.status_code, again.json()["status"], again["ETag"]) == (200, "confirmed", '"2"')


def test_it_is_found_before_anything_else_is_looked_at(house):
    """A retry returns the placed order although its item and table can no longer be ordered."""
    order = house.place(key="tap")
    house.item.off_since = "2026-05-04T00:00:00Z"
    house.item.save()
    house.table.out_of_service = True
    house.table.save()
    assert house.api().post(PATH, body_of(house), key="tap").json()["id"] == order["id"]


def test_a_pad_that_was_moved_to_another_table_still_gets_its_answer(house):
    from tables.services import place_pad

    order = house.place(key="tap", table=house.table.pk)
    place_pad(device_id=house.pad.device_id, table_id=house.add_table().pk, actor=house.actor("manager"))
    again = house.api().post(PATH, body_of(house, table=house.table.pk), key="tap")
    assert (again.status_code, again.json()["id"]) == (200, order["id"])


def test_the_key_survives_the_rotation_of_the_token(house):
    order = house.place(key="tap")
    token = rotate(actor=house.pad_actor)
    again = Api(f"Device {token}").post(PATH, body_of(house), key="tap")
    assert (again.status_code, again.json()["id"]) == (200, order["id"])


def test_a_withdrawn_orders_key_never_creates_twice(house):
    order = house.place(key="tap")
    house.done(house.api().delete(f"{PATH}/{order['id']}"))
    with nothing_changes():
        refused(house.api().post(PATH, body_of(house), key="tap"), 404, "order_not_found")


def test_a_cancelled_orders_key_shows_it_cancelled(house):
    order = house.place(key="tap")
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/cancel", {"reason": "Left"}))
    again = house.api().post(PATH, body_of(house), key="tap")
    assert (again.status_code, again.json()["status"]) == (200, "cancelled")


def test_the_key_never_expires(house):
    """A retry after the party has left does not order again."""
    house.place(key="tap")
    order = Order.objects.get()
    for path in (f"/api/v1/orders/{order.pk}/cancel",):
        house.done(house.api("waiter").post(path, {"reason": "Left"}))
    house.done(house.api("waiter").post(f"/api/v1/tables/{house.table.pk}/clear"))
    with nothing_changes():
        assert house.api().post(PATH, body_of(house), key="tap").status_code == 200


def test_both_calls_share_the_keys_of_a_credential(house):
    """Bodies of the two calls differ, so the second request with the same key is refused."""
    house.place(key="tap")
    old = {"table": house.table.name, "items": [{"name": house.item.name, "quantity": 1}]}
    with nothing_changes():
        refused(house.api().post("/api/order", old, key="tap"), 422, "idempotency_key_reused")
