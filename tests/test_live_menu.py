"""Changes of the menu over the sockets of pads and programs: paused, resumed, 86 and changed items."""

from datetime import timedelta

import pytest
from django.utils import timezone

from menu.services import end_pauses, pause, resume, set_available
from tests.sockets import Socket, beside

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = "/ws/orders"


@pytest.fixture
def credentials(house):
    return {role: house.api(role).headers["Authorization"] for role in ("pad", "integration", "waiter")}


async def listen(*sockets):
    for socket in sockets:
        await socket.hello()
        await socket.hear("initial")


async def test_a_pause_is_told_when_it_begins_is_lifted_or_ends(house, other_house, credentials):
    manager, theirs = await beside(house.actor, "manager"), await beside(other_house.actor, "manager")
    async with Socket(ORDERS, credentials["pad"]) as pad, Socket(ORDERS, credentials["integration"]) as program:
        await listen(pad, program)
        await beside(pause, minutes=5, actor=theirs)
        first = await beside(pause, item_id=house.item.pk, minutes=10, reason="Rita is ill", actor=manager)
        await beside(resume, pause_id=first.pk, actor=manager)
        second = await beside(pause, minutes=5, actor=manager)
        await beside(end_pauses, now=timezone.now() + timedelta(minutes=6))
        for socket in (pad, program):
            began, lifted, again, over = [await socket.hear("menu_updated") for _ in range(4)]
            assert [one["action"] for one in (began, lifted, again, over)] == ["paused", "resumed"] * 2
            told = began["data"]
            assert (told["id"], told["item"], told["name"]) == (first.pk, house.item.pk, house.item.name)
            assert (told["until"], told["ended_at"]) == (first.until.isoformat(), None)
            assert "Rita" not in str(began)
            assert lifted["data"]["ended_at"] is not None
            assert (again["data"]["id"], again["data"]["item"], again["data"]["category"]) == (second.pk, None, None)
            assert over["data"]["id"] == second.pk
            assert [one["seq"] - began["seq"] for one in (began, lifted, again, over)] == [0, 1, 2, 3]
            assert await socket.silent()


async def test_who_comes_back_hears_what_was_paused_meanwhile(house, credentials):
    manager = await beside(house.actor, "manager")
    async with Socket(ORDERS, credentials["pad"]) as pad:
        await pad.hello()
        place = await pad.hear("initial")
    await beside(pause, minutes=5, actor=manager)
    async with Socket(ORDERS, credentials["pad"]) as pad:
        await pad.hello(place["seq"], place["epoch"])
        assert (await pad.hear_but("heartbeat"))["action"] == "paused"


async def test_what_is_off_and_on_again_is_told_in_its_order_with_orders(house, credentials):
    manager = await beside(house.actor, "manager")
    async with Socket(ORDERS, credentials["pad"]) as pad:
        await listen(pad)
        await beside(house.order)
        await beside(set_available, item_id=house.item.pk, available=False, actor=manager)
        assert (await pad.hear_but("heartbeat"))["type"] == "new_order"
        off = await pad.hear_but("heartbeat")
        assert (off["type"], off["action"], off["data"]["available"]) == ("menu_updated", "availability", False)


async def test_old_clients_hear_of_orders_alone(house, credentials):
    manager = await beside(house.actor, "manager")
    async with Socket(ORDERS, credentials["pad"], protocols=()) as old:
        await old.hear("initial")
        await beside(pause, item_id=(await beside(house.add_item)).pk, minutes=5, actor=manager)
        await beside(house.order)
        assert (await old.hear())["type"] == "new_order"


async def test_the_floor_is_drawn_and_nothing_else_is_told_there(house, credentials):
    manager = await beside(house.actor, "manager")
    async with Socket("/ws/floor/", credentials["waiter"]) as floor:
        await floor.hello()
        await floor.hear("page")
        await beside(pause, minutes=5, actor=manager)
        assert "PAUSED" in (await floor.hear("page"))["html"]
