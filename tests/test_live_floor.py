"""The sockets of the floor plan and of a pad: each receives its own data and no other."""

import re

import pytest
from django.utils import timezone

from bistro.core.live import event_log
from bistro.core.models import Event
from bistro.core.services.heartbeats import Heartbeat, report_heartbeat, unlock_device
from bistro.core.tests.factories import token_of
from kitchen import services as kitchen_services
from kitchen.models import Ticket
from menu.models import Pause
from menu.services import end_pauses, pause
from orders import services as order_services
from tables.services import place_pad
from tables.tests.factories import PadFactory
from tests.sockets import Socket, beside

pytestmark = pytest.mark.django_db(transaction=True)

FLOOR, ORDERS = "/ws/floor/", "/ws/orders"


def tables_in(message):
    return {int(pk) for pk in re.findall(r'\bid="table-(\d+)"', message["html"])}


@pytest.fixture
def waiter(house):
    return house.api("waiter").headers["Authorization"]


@pytest.fixture
def pad(house):
    return house.api("pad").headers["Authorization"]


async def test_the_floor_follows_an_order_from_placed_to_cleared(house, waiter):
    await beside(house.add_table)
    async with Socket(FLOOR, waiter) as socket:
        await socket.hello()
        snapshot = await socket.hear("page")
        assert snapshot["kind"] == "snapshot"
        assert len(tables_in(snapshot)) == 2
        order = await beside(house.order)
        ticket = await beside(Ticket.objects.get, order_id=order.id)
        cook, who = await beside(house.actor, "kitchen"), await beside(house.actor, "waiter")
        words = [await socket.hear("page")]
        await beside(kitchen_services.start_ticket, ticket_id=ticket.pk, actor=cook)
        words.append(await socket.hear("page"))
        await beside(kitchen_services.bump_ticket, ticket_id=ticket.pk, actor=cook)
        words.append(await socket.hear("page"))
        await beside(order_services.deliver_order, order_id=order.id, actor=who)
        words.append(await socket.hear("page"))
        await beside(order_services.clear_table, table_id=house.table.pk, actor=who)
        words.append(await socket.hear("page"))
    for message in words:
        assert message["kind"] == "changes"
        assert tables_in(message) == {house.table.pk}
    states = [re.search(r"state-(\w+)|data-state=\"(\w+)\"", message["html"]) for message in words]
    found = [next(part for part in state.groups() if part) for state in states if state]
    assert found == ["ordering", "waiting", "ready", "eating", "free"]


async def test_a_locked_pad_alarms_the_open_floor_and_the_alarm_goes(house, other_house, waiter):
    await beside(report_heartbeat, beat=Heartbeat(tamper=True), actor=other_house.pad_actor)
    manager = await beside(house.actor, "manager")
    async with Socket(FLOOR, waiter) as socket:
        await socket.hello()
        assert "is locked" not in (await socket.hear("page"))["html"]
        await beside(report_heartbeat, beat=Heartbeat(tamper=True), actor=house.pad_actor)
        rung = await socket.hear("page")
        assert (rung["kind"], tables_in(rung)) == ("changes", set())
        assert f"{house.pad.device.name} at {house.table.name} is locked: tampered with" in rung["html"]
        await beside(report_heartbeat, beat=Heartbeat(tamper=True), actor=house.pad_actor)
        assert await socket.silent(0.3), "it is locked already"
        await beside(unlock_device, device_id=house.pad.device.pk, actor=manager)
        gone = await socket.hear("page")
        assert 'id="alarms"' in gone["html"]
        assert "is locked" not in gone["html"]


async def test_a_pause_stands_on_the_open_floor_until_it_is_over(house, other_house, waiter):
    cook, theirs = await beside(house.actor, "kitchen"), await beside(other_house.actor, "kitchen")
    async with Socket(FLOOR, waiter) as socket:
        await socket.hello()
        await socket.hear("page")
        await beside(pause, minutes=20, actor=theirs)
        row = await beside(pause, item_id=house.item.pk, minutes=20, actor=cook)
        shown = (await socket.hear("page"))["html"]
        assert f"<strong>PAUSED</strong> <span hx-disable>{house.item.name}</span>" in shown
        await beside(Pause.objects.filter(pk=row.pk).update, until=timezone.now())
        assert await beside(end_pauses, now=timezone.now()) == 1
        shown = (await socket.hear("page"))["html"]
        assert 'id="pauses"' in shown
        assert "PAUSED" not in shown


async def test_another_restaurants_floor_is_silent(house, other_house, waiter):
    async with Socket(FLOOR, waiter) as socket:
        await socket.hello()
        await socket.hear("page")
        await beside(other_house.order)
        assert await socket.silent(0.3)
        await beside(house.order)
        assert tables_in(await socket.hear("page")) == {house.table.pk}


async def test_a_pad_sees_its_own_table_and_no_other(house, other_house, pad):
    neighbour = await beside(house.add_table)
    who = await beside(house.actor, "waiter")
    await beside(house.order, who, table_id=neighbour.pk)
    async with Socket(ORDERS, pad) as socket:
        await socket.hello()
        assert (await socket.hear("initial"))["orders"] == []
        await beside(house.order, who, table_id=neighbour.pk)
        await beside(other_house.order)
        assert await socket.silent(0.3)
        own = await beside(house.order, who)
        assert (await socket.hear("new_order"))["order"]["id"] == own.id


async def test_a_pad_that_resumes_gets_only_its_own(house, pad):
    neighbour = await beside(house.add_table)
    place = await beside(event_log.position, house.restaurant.pk)
    who = await beside(house.actor, "waiter")
    await beside(house.order, who, table_id=neighbour.pk)
    own = await beside(house.order)
    async with Socket(ORDERS, pad) as socket:
        await socket.hello(place.seq, place.epoch)
        message = await socket.hear("new_order")
    assert message["order"]["id"] == own.id


async def test_two_pads_share_a_table_and_one_moves_away(house, pad):
    """The pads share an audience; the snapshot of the pad that stays is still that of the table."""
    second = await beside(PadFactory, table=house.table)
    order = await beside(house.order)
    elsewhere = await beside(house.add_table)
    async with Socket(ORDERS, pad) as first, Socket(ORDERS, f"Device {token_of(second.device)}") as stays:
        for socket in (first, stays):
            await socket.hello()
            assert [each["id"] for each in (await socket.hear("initial"))["orders"]] == [order.id]
        manager = await beside(house.actor, "manager")
        await beside(place_pad, device_id=house.pad.device.pk, table_id=elsewhere.pk, actor=manager)
        await beside(house.order, manager, table_id=elsewhere.pk)
        await stays.hello()
        assert [each["id"] for each in (await stays.hear("initial"))["orders"]] == [order.id]


async def test_the_next_guests_do_not_see_the_last_guests_orders(house, pad):
    order = await beside(house.order)
    ticket = await beside(Ticket.objects.get, order_id=order.id)
    who = await beside(house.actor, "manager")
    await beside(kitchen_services.bump_ticket, ticket_id=ticket.pk, actor=who)
    await beside(order_services.deliver_order, order_id=order.id, actor=who)
    await beside(order_services.clear_table, table_id=house.table.pk, actor=who)
    async with Socket(ORDERS, pad) as socket:
        await socket.hello()
        assert (await socket.hear("initial"))["orders"] == []


async def test_notes_reach_those_who_may_read_them_and_stand_apart_in_the_log(house, pad):
    async with Socket(ORDERS, pad) as socket:
        await socket.hello()
        await socket.hear("initial")
        order = await beside(house.order, note="Anniversary of Ann and Bob")
        assert (await socket.hear("new_order"))["order"]["note"] == "Anniversary of Ann and Bob"
    event = await beside(Event.objects.get, action="placed", subject=f"order:{order.id}")
    assert "Anniversary" not in event.data
    assert "Anniversary" in event.private


async def test_the_floor_asks_a_constant_number_of_questions(house):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from orders.floor.live import FloorView

    def cost():
        placed = house.order()
        events = list(Event.objects.filter(subject=f"order:{placed.id}"))
        board = FloorView(house.restaurant.pk, house.actor("waiter"))
        position = event_log.position(house.restaurant.pk)
        with CaptureQueriesContext(connection) as asked:
            list(board.changes(events, position))
        return len(asked)

    first = await beside(cost)
    for _ in range(4):
        await beside(house.add_table)
        await beside(house.order)
    assert await beside(cost) == first
