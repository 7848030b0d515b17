"""Sockets that request the same data share one query without missing events."""

import pytest
from django.db import OperationalError

from bistro.core.live import event_log
from bistro.core.live import hub as hub_module
from tests.sockets import Socket, beside, share_readings_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(house):
    """Return the Authorization header of a client that may read the restaurant's orders."""
    return house.api("integration").headers["Authorization"]


async def test_whoever_shares_an_older_snapshot_is_told_at_once_what_came_since(house, program, monkeypatch):
    """The socket's wakeup was set for the new order before the request, and is not set again."""
    share_readings_for(monkeypatch, 60.0)
    async with Socket("/ws/orders", program) as socket, Socket("/ws/orders", program) as second:
        for each in (socket, second):
            await each.hello()
            await each.hear("initial")
        placed = await beside(house.order)
        for each in (socket, second):
            await each.hear("new_order")
        await second.hello()
        assert (await second.hear("initial"))["orders"] == []
        assert (await second.hear("new_order"))["order"]["id"] == placed.id


@pytest.mark.parametrize(("shared", "readings"), [(5.0, 1), (-1.0, 3)], ids=["shared", "control"])
async def test_screens_that_stood_at_the_same_place_share_the_reading(house, program, monkeypatch, shared, readings):
    """After the end of a process its screens reconnect to another one, all from the same place."""
    share_readings_for(monkeypatch, shared)
    place = await beside(event_log.position, house.restaurant.pk)
    placed = [(await beside(house.order)).id for _ in range(2)]
    real, made = hub_module._catch_up, []
    monkeypatch.setattr(hub_module, "_catch_up", lambda *asked: made.append(asked) or real(*asked))
    async with (
        Socket("/ws/orders", program) as first,
        Socket("/ws/orders", program) as second,
        Socket("/ws/orders", program) as third,
    ):
        for screen in (first, second, third):
            await screen.hello(place.seq, place.epoch)
            heard = [await screen.hear("new_order") for _ in placed]
            assert [message["order"]["id"] for message in heard] == placed
    assert len(made) == readings


async def test_whoever_shares_an_older_reading_is_told_at_once_what_came_since(house, program, monkeypatch):
    """The same for sockets that missed the same events."""
    share_readings_for(monkeypatch, 60.0)
    place = await beside(event_log.position, house.restaurant.pk)
    placed = [(await beside(house.order)).id]
    async with Socket("/ws/orders", program) as first, Socket("/ws/orders", program) as second:
        for each in (first, second):
            await each.hello(place.seq, place.epoch)
            await each.hear("new_order")
        placed.append((await beside(house.order)).id)
        for each in (first, second):
            await each.hear("new_order")
        await second.hello(place.seq, place.epoch)
        heard = [await second.hear("new_order") for _ in placed]
    assert [message["order"]["id"] for message in heard] == placed


async def test_a_reading_that_failed_is_shared_with_nobody(house, program, monkeypatch):
    share_readings_for(monkeypatch, 60.0)
    faults, real = [OperationalError("the database is away")], hub_module._make_snapshot

    def fails_once(view):
        if faults:
            raise faults.pop()
        return real(view)

    monkeypatch.setattr(hub_module, "_make_snapshot", fails_once)
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        assert (await socket.hear("initial"))["orders"] == []
    assert faults == []
