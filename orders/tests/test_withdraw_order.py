"""Withdrawal of an order before the kitchen starts: DELETE (docs/contracts/lunchify.md)."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/orders"


def test_it_is_gone_for_everybody(house):
    order = house.place()
    response = house.api().delete(f"{PATH}/{order['id']}")
    assert (response.status_code, response.content) == (204, b"")
    for role in ("pad", "owner", "integration", "screen"):
        refused(house.api(role).get(f"{PATH}/{order['id']}"), 404, "order_not_found")
        assert house.api(role).get(PATH).json()["count"] == 0
    assert house.api().get("/api/v1/pad/orders").json()["orders"] == []


def test_the_row_stays_for_the_books(house):
    order = house.place()
    house.done(house.api().delete(f"{PATH}/{order['id']}"))
    row = Order.objects.get()
    assert row.status == "cancelled"
    assert row.withdrawn_at == row.cancelled_at
    assert row.withdrawn_at is not None
    event = Event.objects.latest("seq")
    assert (event.type, event.action, event.subject) == ("order_updated", "withdrawn", f"order:{order['id']}")


def test_the_kitchen_loses_the_ticket(house):
    order = house.place()
    (ticket,) = house.tickets(order)
    house.done(house.api().delete(f"{PATH}/{order['id']}"))
    assert house.api("kitchen").get("/api/v1/tickets", {"status": "open"}).json()["count"] == 0
    with nothing_changes():
        response = house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump")
        assert response.status_code == 404


def test_also_once_the_kitchen_has_received_it(house):
    order = house.reach("confirmed")
    house.done(house.api().delete(f"{PATH}/{order['id']}"))
    row = Order.objects.get()
    assert (row.status, row.version) == ("cancelled", order["version"] + 1)
    assert row.withdrawn_at == row.cancelled_at
    assert row.withdrawn_at is not None


def test_a_second_delete_finds_nothing(house):
    order = house.place()
    house.done(house.api().delete(f"{PATH}/{order['id']}"))
    with nothing_changes():
        refused(house.api().delete(f"{PATH}/{order['id']}"), 404, "order_not_found")


@pytest.mark.parametrize("status", ["preparing", "ready", "delivered", "cancelled"])
def test_too_late(house, status):
    order = house.reach(status)
    for role in ("pad", "manager"):
        with nothing_changes():
            body = refused(house.api(role).delete(f"{PATH}/{order['id']}"), 422, "invalid_order_status")
        assert body["current"] == status


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 204), ("manager", 204), ("waiter", 403), ("host", 403), ("kitchen", 403), ("cashier", 403),
     ("screen", 403), ("integration", 403), ("pad", 204)],
)  # fmt: skip
def test_by_who_placed_it_or_a_manager(house, role, status):
    order = house.place()
    response = house.api(role).delete(f"{PATH}/{order['id']}")
    assert response.status_code == status
    assert (Order.objects.get().withdrawn_at is not None) == (status == 204)


def test_by_another_pad_of_the_same_table(house):
    order = house.place()
    neighbour = house.add_pad(house.table)
    with nothing_changes():
        refused(neighbour.delete(f"{PATH}/{order['id']}"), 403, "permission_denied")


def test_by_a_pad_of_another_table(house):
    order = house.place()
    neighbour = house.add_pad()
    with nothing_changes():
        refused(neighbour.delete(f"{PATH}/{order['id']}"), 404, "order_not_found")


def test_a_waiter_takes_back_what_they_placed(house):
    order = house.place("waiter")
    house.done(house.api("waiter").delete(f"{PATH}/{order['id']}"))
    assert Order.objects.get().withdrawn_at is not None
    refused(house.api("waiter").get(f"{PATH}/{order['id']}"), 404, "order_not_found")


def test_if_match(house):
    order = house.reach("confirmed")
    with nothing_changes():
        for tag in ('"1"', '"stale"', 'W/"2"', '"1", "3"'):
            refused(house.api().delete(f"{PATH}/{order['id']}", if_match=tag), 412, "precondition_failed")
        body = refused(house.api().delete(f"{PATH}/{order['id']}", if_match="2"), 422, "validation_error")
    assert list(body["errors"]) == ["If-Match"]
    house.done(house.api().delete(f"{PATH}/{order['id']}", if_match='"1", "2"'))
    assert Order.objects.get().withdrawn_at is not None


def test_missing_or_not_yours(house, other_house):
    foreign = other_house.place()
    with nothing_changes():
        for pk in (foreign["id"], 999_999, 10**30):
            refused(house.api("owner").delete(f"{PATH}/{pk}"), 404, "order_not_found")


def test_its_number_is_not_given_again(house):
    order = house.place()
    house.done(house.api().delete(f"{PATH}/{order['id']}"))
    assert house.place()["number"] == 2
