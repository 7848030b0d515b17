"""Take-away and counter orders, which have no table (docs/contracts/lunchify.md)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from orders.models import Order
from orders.program_feed import OrderFeed
from orders.services import place_orders
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/orders"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def pick_up(house, role="waiter", **body):
    return house.place(role, **{"table": None, "kind": "take_away", **body})


@pytest.mark.parametrize("role", ["waiter", "integration", "owner"])
@pytest.mark.parametrize("kind", ["take_away", "counter"])
def test_staff_and_programs_order_without_a_table(house, other_house, role, kind):
    with time_machine.travel(NOW, tick=False):
        order = pick_up(house, role, kind=kind, name=" Ana\u200e ", pickup_at="2026-05-04T18:30:00+02:00")
        assert house.api(role).get(f"{PATH}/{order['id']}").json() == order
    assert (order["kind"], order["table"], order["table_name"]) == (kind, None, "")
    assert (order["name"], order["pickup_at"]) == ("Ana", "2026-05-04T16:30:00+00:00")
    party = Party.objects.get()
    assert (party.pk, party.table, party.status, party.seated_at) == (order["party"], None, "seated", NOW)
    assert (Order.objects.get().restaurant, house.tickets(order)) == (house.restaurant, [])
    refused(other_house.api("owner").get(f"{PATH}/{order['id']}"), 404, "order_not_found")


def test_each_order_has_a_party_of_its_own(house):
    first, second = pick_up(house), pick_up(house)
    assert first["party"] != second["party"]
    assert Party.objects.filter(status="seated", table=None).count() == 2


def test_at_a_table_it_belongs_to_the_tables_party(house):
    eaten_here = house.place()
    packed = house.place("waiter", kind="take_away", name="Ana")
    assert (packed["kind"], packed["table"], packed["party"]) == ("take_away", house.table.pk, eaten_here["party"])
    assert house.api("pad").get("/api/v1/pad/orders").json()["total"] == "20.00"


def test_one_batch_takes_both(house):
    waiter, pad = house.actor("waiter"), house.pad_actor
    requests = [
        house.request(waiter, table_id=None, kind="take_away", name="Ana"),
        house.request(pad),
        house.request(waiter, table_id=None, kind="counter"),
        house.request(waiter, table_id=None),
    ]
    *placed, without_table = place_orders(requests)
    assert [(one.json["table"], one.json["kind"], one.json["name"]) for one in placed] == [
        (None, "take_away", "Ana"),
        (house.table.pk, "dine_in", ""),
        (None, "counter", ""),
    ]
    assert without_table.fields == {"table": ["This field is required."]}
    assert len({one.json["party"] for one in placed}) == 3
    seated = Event.objects.filter(type="guest_created").order_by("seq")
    by_party = {json.loads(event.data)["id"]: event for event in seated}
    for one, actor in zip(placed, (waiter, pad, waiter), strict=True):
        event = by_party[str(Party.objects.get(pk=one.json["party"]).uid)]
        assert (event.actor, event.table_id) == (actor.credential, one.json["table"])


def test_a_retry_orders_once(house):
    body = {"lines": [{"item": house.item.pk, "quantity": 1}], "kind": "take_away", "name": "Ana"}
    first = house.api("integration").post(PATH, body, key="same")
    with nothing_changes():
        again = house.api("integration").post(PATH, body, key="same")
        other = house.api("integration").post(PATH, {**body, "name": "Bo"}, key="same")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    refused(other, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("role", "more", "code", "field"),
    [
        ("waiter", {"table": None}, "validation_error", "table"),
        ("waiter", {"kind": "eat_in"}, "validation_error", "kind"),
        ("waiter", {"kind": None}, "validation_error", "kind"),
        ("waiter", {"name": "Ana"}, "validation_error", "name"),
        ("waiter", {"pickup_at": "2026-05-04T18:30:00+02:00"}, "validation_error", "pickup_at"),
        ("waiter", {"kind": "counter", "table": None, "name": "x" * 81}, "validation_error", "name"),
        ("waiter", {"kind": "counter", "table": None, "name": 7}, "validation_error", "name"),
        ("waiter", {"kind": "counter", "pickup_at": "2026-05-04T18:30:00"}, "validation_error", "pickup_at"),
        ("waiter", {"kind": "counter", "pickup_at": "half past six"}, "validation_error", "pickup_at"),
        ("waiter", {"kind": "counter", "pickup_at": "0001-01-01T00:00:00+14:00"}, "validation_error", "pickup_at"),
        ("waiter", {"kind": "counter", "pickup_at": "2026-05-03T11:00:00Z"}, "validation_error", "pickup_at"),
        ("waiter", {"kind": "counter", "pickup_at": "2027-05-06T12:00:00Z"}, "validation_error", "pickup_at"),
        ("pad", {"kind": "take_away"}, "wrong_kind", "kind"),
        ("pad", {"kind": "counter", "table": None}, "wrong_kind", "kind"),
        ("pad", {"name": "Ana"}, "validation_error", "name"),
    ],
)
def test_refusals(house, role, more, code, field):
    body = {"lines": [{"item": house.item.pk, "quantity": 1}], **more}
    if role == "waiter":
        body.setdefault("table", house.table.pk)
    with time_machine.travel(NOW, tick=False), nothing_changes():
        problem = refused(house.api(role).post(PATH, body, key="k"), 422, code)
    assert field in problem["errors"]


def test_the_old_call_needs_a_table(house):
    body = {"items": [{"name": house.item.name, "quantity": 1}], "table": ""}
    with nothing_changes():
        refused(house.api("integration").post("/api/order", body), 422, "validation_error")


def test_who_may_not_order_may_not_order_this_either(house):
    body = {"lines": [{"item": house.item.pk, "quantity": 1}], "kind": "take_away"}
    with nothing_changes():
        refused(house.api("kitchen").post(PATH, body), 403, "permission_denied")


def test_the_database_refuses_a_dine_in_order_without_a_table(house):
    order = house.place()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order["id"]).update(table=None)


# --- its end ---------------------------------------------------------------------------------------------------
def deliver(house, order):
    for ticket in house.tickets(order):
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/deliver"))


def cancel(house, order):
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/cancel", {"reason": "No show"}))


def withdraw(house, order):
    house.done(house.api("waiter").delete(f"{PATH}/{order['id']}"))


@pytest.mark.parametrize("end", [deliver, cancel, withdraw])
def test_its_end_completes_its_party_alone(house, end):
    seated, other = house.place(), pick_up(house)
    order = pick_up(house)
    end(house, order)
    party = Party.objects.get(pk=order["party"])
    assert (party.status, party.completed_at is not None, party.version) == ("completed", True, 1)
    assert set(Party.objects.filter(status="seated").values_list("pk", flat=True)) == {seated["party"], other["party"]}
    (event,) = Event.objects.filter(action="completed")
    assert (event.subject, event.table_id) == (f"party:{party.pk}", None)
    assert json.loads(event.data)["tableId"] is None


def test_at_a_table_the_party_stays(house):
    order = house.place("waiter", kind="take_away")
    deliver(house, order)
    assert Party.objects.get().status == "seated"


def test_the_last_course_may_be_removed(house):
    house.hold_courses()
    lines = [{"item": house.item.pk, "quantity": 1, "course": course} for course in (1, 2)]
    order = pick_up(house, lines=lines)
    deliver(house, order)
    assert Party.objects.get().status == "seated"
    from orders.services import remove_course

    remove_course(order_id=order["id"], course=2, reason="No time", actor=house.actor("waiter"))
    assert (house.status(order), Party.objects.get().status) == ("delivered", "completed")


# --- lists and feeds ---------------------------------------------------------------------------------------------
def test_every_list_has_it(house):
    order = pick_up(house, name="Ana")
    staff = house.api("integration")
    assert staff.get(PATH).json()["results"] == [order]
    assert staff.get(PATH, {"kind": "take_away"}).json()["results"] == [order]
    assert staff.get(PATH, {"kind": "counter"}).json()["results"] == []
    assert staff.get(PATH, {"table": house.table.pk}).json()["results"] == []
    refused(staff.get(PATH, {"kind": "eat_in"}), 422, "validation_error")
    (old,) = staff.get("/api/orders").json()
    assert (old["id"], old["table"], old["kind"], old["name"]) == (order["id"], "", "take_away", "Ana")
    (row,) = staff.get(f"{PATH}/recent").json()["results"]
    assert (row["order_id"], row["table_name"]) == (order["id"], "")


def test_a_pad_never_sees_it(house):
    order = pick_up(house)
    pad = house.api("pad")
    assert pad.get("/api/orders").json() == []
    refused(pad.get(f"{PATH}/{order['id']}"), 404, "order_not_found")
    refused(pad.delete(f"{PATH}/{order['id']}"), 404, "order_not_found")
    assert pad.get("/api/v1/pad").json()["party"] is None
    assert messages(house, house.table.pk) == []


def messages(house, table_id):
    from bistro.core.live.event_log import events_after, position

    feed, now = OrderFeed(house.restaurant.pk, house.actor("owner"), table_id), position(house.restaurant.pk)
    return [json.loads(frame.text) for frame in feed.changes(list(events_after(house.restaurant.pk, 0)), now)]


def test_programs_follow_it_and_the_log_keeps_the_name_apart(house):
    order = pick_up(house, name="Zoraida", pickup_at=(timezone.now() + timedelta(hours=1)).isoformat())
    lines = [{"id": order["lines"][0]["id"], "item": house.item.pk, "quantity": 2}]
    edited = house.done(house.api("waiter").put(f"{PATH}/{order['id']}", {"lines": lines}))
    assert (edited["kind"], edited["name"], edited["pickup_at"]) == ("take_away", "Zoraida", order["pickup_at"])
    assert [(one["type"], one["order"]["table"], one["order"]["name"]) for one in messages(house, None)] == [
        ("new_order", "", "Zoraida"),
        ("order_updated", "", "Zoraida"),
    ]
    events = Event.objects.filter(subject=f"order:{order['id']}")
    assert {event.table_id for event in events} == {None}
    assert not any("Zoraida" in event.data for event in Event.objects.all())
    assert all("Zoraida" in (event.private or "") for event in events)
