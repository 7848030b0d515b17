"""The data of events about orders: JSON that never changes, without the feed's numbers and without free text."""

import json

import pytest

from bistro.core.models import Event

pytestmark = pytest.mark.django_db

SECRETS = ("Ann and Bob", "nut allergy of Ann", "guest fainted")


def log_of(house):
    return list(Event.objects.filter(restaurant=house.restaurant).order_by("seq").values())


def test_nothing_that_happens_later_changes_an_event(house):
    order = house.place(note=SECRETS[0], lines=[{"item": house.item.pk, "quantity": 2, "note": SECRETS[1]}])
    first = log_of(house)
    lines = [{"id": order["lines"][0]["id"], "item": house.item.pk, "quantity": 5}]
    house.done(house.api("waiter").put(f"/api/v1/orders/{order['id']}", {"lines": lines}))
    house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": SECRETS[2]}))
    house.item.name, house.item.price = "Renamed", "99.00"
    house.item.save()
    house.table.name = "Elsewhere"
    house.table.save()
    later = log_of(house)
    assert later[: len(first)] == first
    assert len(later) > len(first)
    placed = json.loads(next(event["data"] for event in first if event["action"] == "placed"))
    assert placed["total"] == "20.00"
    assert placed["lines"][0]["quantity"] == 2


def test_numbers_and_free_text_stand_beside_the_data(house):
    order = house.place(note=SECRETS[0], lines=[{"item": house.item.pk, "quantity": 2, "note": SECRETS[1]}])
    for ticket in house.tickets(order):
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/start"))
    house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": SECRETS[2]}))
    for event in log_of(house):
        data = json.loads(event["data"])
        assert isinstance(data, dict)
        assert not {"seq", "epoch", "note", "cancel_reason"} & set(data)
        assert not any(secret in event["data"] for secret in SECRETS), event["action"]
    kept = "".join(event["private"] or "" for event in log_of(house))
    assert all(secret in kept for secret in SECRETS)


def test_free_text_can_be_erased_and_the_order_still_tells_itself(house):
    from orders.program_feed import OrderFeed

    house.place(note=SECRETS[0])
    Event.objects.filter(restaurant=house.restaurant).update(private=None)
    feed = OrderFeed(house.restaurant.pk, house.actor("owner"), None)
    from bistro.core.live.event_log import events_after, position

    texts = [
        frame.text for frame in feed.changes(list(events_after(house.restaurant.pk, 0)), position(house.restaurant.pk))
    ]
    assert len(texts) == 1
    assert SECRETS[0] not in texts[0]
    assert json.loads(texts[0])["order"]["note"] == ""


def test_the_logs_numbers_have_no_gap_after_a_whole_evening(house):
    for status in ("placed", "confirmed", "preparing", "ready", "delivered", "cancelled"):
        house.reach(status)
    house.api("pad").post("/api/v1/orders", {"lines": []}, key="refused")
    seqs = [event["seq"] for event in log_of(house)]
    assert seqs == list(range(1, len(seqs) + 1))
