"""Confirming, cancelling and delivering an order, and their refusals (docs/contracts/lunchify.md)."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from orders.tests.test_order_moves import MOVES
from orders.transitions import OrderStatus

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/orders"
ACTS = {"confirm": None, "cancel": {"reason": "Guest left"}, "deliver": None}
# {action: {status before: status after}} of the allowed actions
WORKS = {
    "confirm": {"placed": "confirmed", "confirmed": "confirmed"},
    "cancel": {"placed": "cancelled", "confirmed": "cancelled", "preparing": "cancelled"},
    "deliver": {"ready": "delivered"},
}


@pytest.mark.parametrize("status", OrderStatus.values)
@pytest.mark.parametrize("act", ACTS)
def test_every_act_in_every_status(house, act, status):
    order = house.reach(status)
    path = f"{PATH}/{order['id']}/{act}"
    expected = WORKS[act].get(status)
    if expected is None:
        with nothing_changes():
            body = refused(house.api("waiter").post(path, ACTS[act]), 422, "invalid_order_status")
        assert (body["current"], body["allowed"]) == (status, MOVES[status])
    else:
        response = house.api("waiter").post(path, ACTS[act])
        assert response.status_code == 200
        assert response.json()["status"] == expected
        assert response["ETag"] == f'"{response.json()["version"]}"'


def test_confirm_stamps_and_tells(house):
    order = house.place()
    body = house.done(house.api("waiter").post(f"{PATH}/{order['id']}/confirm"))
    assert body["confirmed_at"] > body["placed_at"]
    assert body["version"] == 2
    event = Event.objects.latest("seq")
    assert (event.type, event.action, event.actor) == (
        "order_updated",
        "confirmed",
        f"staff:{house.staff('waiter').pk}",
    )


def test_a_second_confirm_changes_nothing(house):
    order = house.reach("confirmed")
    with nothing_changes():
        response = house.api("kitchen").post(f"{PATH}/{order['id']}/confirm")
    assert (response.status_code, response.json()) == (200, order)


def test_cancel_keeps_the_reason_apart(house):
    order = house.place()
    body = house.done(house.api("waiter").post(f"{PATH}/{order['id']}/cancel", {"reason": "  Guest\nleft "}))
    assert (body["status"], body["cancel_reason"]) == ("cancelled", "Guest left")
    assert body["cancelled_at"] is not None
    event = Event.objects.get(action="cancelled")
    assert "Guest left" not in event.data
    assert "Guest left" in event.private


@pytest.mark.parametrize(
    "body", [None, {}, {"reason": ""}, {"reason": "   "}, {"reason": None}, {"reason": 5}, {"reason": "x" * 201},
             {"reason": "\u200b"}, {"reason": "ok", "refund": True}, []],
)  # fmt: skip
def test_cancel_wants_a_reason(house, body):
    order = house.place()
    with nothing_changes():
        refused(house.api("waiter").post(f"{PATH}/{order['id']}/cancel", body), 422, "validation_error")


def test_a_cancelled_order_leaves_the_kitchen_and_cannot_be_bumped(house):
    order = house.reach("preparing")
    (ticket,) = house.tickets(order)
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/cancel", {"reason": "Left"}))
    assert house.tickets(order)[0]["status"] == "cancelled"
    with nothing_changes():
        for act in ("bump", "start", "recall"):
            body = refused(
                house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/{act}"), 422, "invalid_order_status"
            )
            assert (body["current"], body["allowed"]) == ("cancelled", [])


@pytest.mark.parametrize("act", ACTS)
def test_missing_or_not_yours(house, other_house, act):
    foreign = other_house.reach("ready")
    with nothing_changes():
        missing = house.api("owner").post(f"{PATH}/999999/{act}", ACTS[act])
        refused(missing, 404, "order_not_found")
        assert house.api("owner").post(f"{PATH}/{foreign['id']}/{act}", ACTS[act]).content == missing.content
        refused(house.api("owner").post(f"{PATH}/{10**30}/{act}", ACTS[act]), 404, "order_not_found")


@pytest.mark.parametrize("act", ACTS)
def test_reading_an_act_is_not_one(house, act):
    order = house.place()
    refused(house.api("owner").get(f"{PATH}/{order['id']}/{act}"), 405, "method_not_allowed")


def test_the_whole_way_stamps_every_step(house):
    body = house.reach("delivered")
    stamps = [body[f"{step}_at"] for step in ("placed", "confirmed", "preparing", "ready", "delivered")]
    assert None not in stamps
    assert stamps == sorted(stamps)


def test_ready_is_stamped_anew_after_a_recall(house):
    order = house.reach("ready")
    (ticket,) = house.tickets(order)
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/recall"))
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    again = house.api("waiter").get(f"{PATH}/{order['id']}").json()
    assert again["status"] == "ready"
    assert again["ready_at"] > order["ready_at"]
    assert again["preparing_at"] == order["preparing_at"]
