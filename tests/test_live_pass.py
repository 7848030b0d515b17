"""The pass's socket: a snapshot first, then only the changed orders, always with the next course to fire."""

import re

import pytest

from bistro.core.models import Device
from bistro.core.tests.factories import DeviceFactory, token_of
from kitchen import services as kitchen_services
from kitchen.models import Ticket
from kitchen.services.stations import place_screen
from orders import services as order_services
from orders.models import Order
from tests.sockets import Socket, beside, refusal

pytestmark = pytest.mark.django_db(transaction=True)
PASS = "/ws/kitchen/expo/"


@pytest.fixture
def device(house):
    return DeviceFactory(restaurant=house.restaurant, kind=Device.Kind.KITCHEN, name="Pass")


def orders_in(message):
    """Return the orders with a fragment in a message, and the removed orders."""
    gone = re.findall(r'id="pass-(\d+)"[^>]*hx-swap-oob="delete"', message["html"])
    return set(re.findall(r'<li id="pass-(\d+)"', message["html"])) - set(gone), set(gone)


def bump_all(order, actor):
    for pk in Ticket.objects.filter(order_id=order.id).values_list("pk", flat=True):
        kitchen_services.bump_ticket(ticket_id=pk, actor=actor)


async def test_the_whole_then_only_what_changed(house, device):
    first = await beside(house.order)
    cook = await beside(house.actor, "kitchen")
    async with Socket(PASS, f"Device {token_of(device)}") as socket:
        await socket.hello()
        snapshot = await socket.hear("page")
        assert snapshot["kind"] == "snapshot"
        assert orders_in(snapshot)[0] == {str(first.id)}
        second = await beside(house.order)
        change = await socket.hear("page")
        assert orders_in(change) == ({str(second.id)}, set())
        assert 'id="coming"' in change["html"]
        await beside(bump_all, second, cook)
        ready = await socket.hear("page")
        assert "data-ready" in ready["html"]
        await beside(order_services.deliver_order, order_id=second.id, actor=cook)
        assert orders_in(await socket.hear("page")) == (set(), {str(second.id)})


async def test_it_confirms_nothing(house, device):
    """A station's board confirms an order, the expediter's does not."""
    order = await beside(house.order)
    async with Socket(PASS, f"Device {token_of(device)}") as socket:
        await socket.hello()
        snapshot = await socket.hear("page")
        await socket.say({"seen": snapshot["seq"]})
        await socket.say({"seen": snapshot["seq"]})
        await beside(house.order)
        await socket.hear("page")
    assert await beside(lambda: Order.objects.get(pk=order.id).status) == "placed"


async def test_a_screen_of_one_station_does_not_watch_it(house, device):
    manager = await beside(house.actor, "manager")
    await beside(place_screen, device_id=device.pk, station_ids=[house.station.pk], actor=manager)
    assert await refusal(PASS, f"Device {token_of(device)}") == 4403
