"""Locked pads: their sockets end within a heartbeat, and new ones open only after they are unlocked."""

import pytest

from bistro.core.services.heartbeats import Heartbeat, report_heartbeat, unlock_device
from bistro.core.tests.factories import token_of
from tests.sockets import PROTOCOL, Socket, beside, refusal

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "/ws/orders"


@pytest.fixture(autouse=True)
def _quick_heartbeats(settings):
    settings.FEED_HEARTBEAT_SECONDS = 0.05


@pytest.fixture
def pad(house):
    return f"Device {token_of(house.pad.device)}"


@pytest.fixture
def ticket(house):
    return "ticket." + house.api("pad").post("/api/v1/auth/ticket").json()["ticket"]


async def test_a_locked_pad_is_cut_off_and_its_neighbour_stays(house, pad):
    neighbour = (await beside(house.add_pad)).headers["Authorization"]
    async with Socket(ORDERS, pad) as socket, Socket(ORDERS, neighbour) as other:
        for each in (socket, other):
            await each.hello()
            await each.hear("initial")
        await beside(report_heartbeat, beat=Heartbeat(digest="abc"), actor=house.pad_actor)
        await socket.hear("heartbeat")
        await socket.hear("heartbeat")
        await beside(report_heartbeat, beat=Heartbeat(digest="evil"), actor=house.pad_actor)
        assert await socket.closed() == 4401
        await other.hear("heartbeat")
        await other.hear("heartbeat")


async def test_a_locked_pad_opens_no_socket_until_it_is_unlocked(house, pad, ticket):
    await beside(report_heartbeat, beat=Heartbeat(tamper=True), actor=house.pad_actor)
    assert await refusal(ORDERS, pad) == 4401
    assert await refusal(ORDERS, protocols=(PROTOCOL, ticket)) == 4401
    manager = await beside(house.actor, "manager")
    await beside(unlock_device, device_id=house.pad.device.pk, actor=manager)
    async with Socket(ORDERS, pad) as socket:
        await socket.hello()
        assert (await socket.hear("initial"))["orders"] == []
