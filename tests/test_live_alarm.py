"""The alarm appears on the open floor and on the pad without any action, and disappears again."""

from datetime import timedelta

import pytest

from kitchen.models import Ticket
from kitchen.services import acknowledge_tickets
from orders.models import Order
from orders.services import raise_unseen_alarms
from tests.sockets import Socket, beside

pytestmark = pytest.mark.django_db(transaction=True)

FLOOR, ORDERS, WALL = "/ws/floor/", "/ws/orders", "/ws/kitchen/all/"


@pytest.fixture
def credentials(house):
    return {role: house.api(role).headers["Authorization"] for role in ("waiter", "pad", "integration", "screen")}


def sweep():
    """Run the sweep as its thread does, twenty-one seconds after the last order."""
    return raise_unseen_alarms(now=Order.objects.latest("placed_at").placed_at + timedelta(seconds=21))


async def test_the_alarm_comes_to_the_floor_and_goes_when_a_screen_reports(house, other_house, credentials):
    await beside(other_house.order)
    screen = await beside(house.actor, "screen")
    async with Socket(FLOOR, credentials["waiter"]) as floor:
        await floor.hello()
        await floor.hear("page")
        order = await beside(house.order)
        assert "has not seen" not in (await floor.hear("page"))["html"]
        assert await beside(sweep) == 2
        rung = await floor.hear("page")
        assert rung["kind"] == "changes"
        assert rung["html"].count("The kitchen has not seen order") == 1
        assert f'id="table-{house.table.pk}"' in rung["html"]
        assert await beside(sweep) == 0
        assert await floor.silent(0.3)
        ticket = await beside(Ticket.objects.get, order_id=order.id)
        await beside(acknowledge_tickets, ticket_ids=[ticket.pk], screen="Wall 1", actor=screen)
        assert "has not seen" not in (await floor.hear("page"))["html"]


async def test_the_pad_and_programs_are_told_and_then_told_that_it_is_over(house, credentials):
    neighbour = (await beside(house.add_pad)).headers["Authorization"]
    screen = await beside(house.actor, "screen")
    sockets = [Socket(ORDERS, who) for who in (credentials["pad"], credentials["integration"], neighbour)]
    async with sockets[0] as pad, sockets[1] as program, sockets[2] as other:
        for socket in (pad, program, other):
            await socket.hello()
            await socket.hear("initial")
        order = await beside(house.order)
        await beside(sweep)
        ticket = await beside(Ticket.objects.get, order_id=order.id)
        await beside(acknowledge_tickets, ticket_ids=[ticket.pk], screen="Wall 1", actor=screen)
        for socket in (pad, program):
            assert (await socket.hear("new_order"))["order"]["unseen_at"] is None
            alarm, end = await socket.hear("order_updated"), await socket.hear("order_updated")
            assert (alarm["action"], alarm["order"]["id"], alarm["order"]["status"]) == ("unseen", order.id, "placed")
            assert alarm["order"]["unseen_at"] is not None
            assert (end["action"], end["order"]["unseen_at"], end["order"]["seen_on"]) == ("confirmed", None, "Wall 1")
        assert await other.silent(0.3)


async def test_the_wall_is_not_redrawn_for_it(house, credentials):
    await beside(house.order)
    async with Socket(WALL, credentials["screen"]) as wall:
        await wall.hello()
        await wall.hear("page")
        assert await beside(sweep) == 1
        assert await wall.silent(0.3)
        await beside(house.order)
        assert (await wall.hear("page"))["kind"] == "changes"
