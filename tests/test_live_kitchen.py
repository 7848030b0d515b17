"""The kitchen wall's socket: its tickets, each reported as displayed and confirmed once."""

import re
from decimal import Decimal

import pytest

from bistro.core.live import event_log, reports
from bistro.core.models import Device, Event
from bistro.core.tests.factories import DeviceFactory, token_of
from kitchen import services as kitchen_services
from kitchen.models import Route, Ticket
from kitchen.tests.factories import StationFactory
from menu.imported import ImportedPart, ImportedRecipe
from menu.services import pause, resume, write_recipes
from orders import services as order_services
from orders.models import Order
from orders.order_commands import LineRequest
from tests.sockets import Socket, beside, eventually, share_readings_for

pytestmark = pytest.mark.django_db(transaction=True)

ALL = "/ws/kitchen/all/"


@pytest.fixture
def screen(house):
    """Return (header, name) of a wall screen."""
    device = DeviceFactory(restaurant=house.restaurant, kind=Device.Kind.KITCHEN, name="Wall")
    return f"Device {token_of(device)}"


def status_of(order):
    return Order.objects.values_list("status", flat=True).get(pk=order.id)


def tickets_of(order):
    return list(Ticket.objects.filter(order_id=order.id).order_by("pk"))


def confirmations(order):
    return Event.objects.filter(action="confirmed", subject=f"order:{order.id}").count()


def shown(message):
    """Return the tickets with a fragment in a message, and the removed tickets.

    By id on a station's board, by order on the board of all stations.
    """
    fragments = re.findall(r"<[^>]*\bid=\"ticket-(\d+)(?:-0)?\"[^>]*>", message["html"])
    gone = re.findall(r"<[^>]*\bid=\"ticket-(\d+)(?:-0)?\"[^>]*hx-swap-oob=\"delete\"", message["html"])
    return {int(pk) for pk in fragments} - {int(pk) for pk in gone}, {int(pk) for pk in gone}


async def opened(socket):
    await socket.hello()
    return await socket.hear("page")


async def test_snapshot_then_only_what_changed(house, screen):
    first = await beside(house.order)
    async with Socket(ALL, screen) as socket:
        snapshot = await opened(socket)
        second = await beside(house.order)
        change = await socket.hear("page")
    assert snapshot["kind"] == "snapshot"
    assert shown(snapshot)[0] == {first.id}
    assert change["kind"] == "changes"
    assert shown(change) == ({second.id}, set())
    assert change["seq"] > snapshot["seq"]
    assert set(change) == {"type", "kind", "seq", "epoch", "now", "html"}


async def test_a_pause_stands_on_the_open_board_until_somebody_resumes(house, other_house, screen):
    cook, theirs = await beside(house.actor, "kitchen"), await beside(other_house.actor, "kitchen")
    await beside(house.order)
    async with Socket(ALL, screen) as socket:
        assert "PAUSED" not in (await opened(socket))["html"]
        await beside(pause, minutes=20, actor=theirs)
        row = await beside(pause, minutes=20, actor=cook)
        change = await socket.hear("page")
        assert "<strong>PAUSED</strong>" in change["html"]
        assert shown(change) == (set(), set())
        await beside(resume, pause_id=row.pk, actor=cook)
        change = await socket.hear("page")
    assert '<div id="load" class="load" hx-swap-oob="true">' in change["html"]
    assert "PAUSED" not in change["html"]


def made_of(message):
    """Return the ingredients in the all-day list of a message, or None without a list."""
    found = re.search(r'<aside id="all-day".*?</aside>', message["html"], re.DOTALL)
    ingredient = r'<li class="all-day__ingredient">.*?quantity">([^<]*)</span>\s*<span[^>]*>([^<]*)<'
    rows = re.findall(ingredient, found[0]) if found else ()
    return {name: amount for amount, name in rows} if found else None


async def test_ingredients_are_counted_as_orders_come_and_go(house, other_house, screen):
    def write(place, quantity):
        recipe = ImportedRecipe(place.item.name, (ImportedPart("Patty", Decimal(quantity)),))
        write_recipes(recipes=[recipe], actor=place.actor("manager"))

    await beside(write, house, 2)
    manager = await beside(house.actor, "manager")
    first = await beside(house.order)
    async with Socket(ALL, screen) as socket:
        assert made_of(await opened(socket)) == {"Patty": "2"}
        second = await beside(house.order, quantity=4)
        assert made_of(await socket.hear("page")) == {"Patty": "10"}
        await beside(order_services.cancel_order, order_id=second.id, reason="Left", actor=manager)
        assert made_of(await socket.hear("page")) == {"Patty": "2"}
        await beside(write, other_house, 9)
        await beside(write, house, 3)
        assert made_of(await socket.hear("page")) == {"Patty": "3"}
        for ticket in await beside(tickets_of, first):
            await beside(kitchen_services.bump_ticket, ticket_id=ticket.pk, actor=manager)
        assert made_of(await socket.hear("page")) == {}


async def test_a_bumped_and_a_cancelled_ticket_leave(house, screen):
    bumped, cancelled = await beside(house.order), await beside(house.order)
    cook = await beside(house.actor, "kitchen")
    async with Socket(ALL, screen) as socket:
        await opened(socket)
        (ticket,) = await beside(tickets_of, bumped)
        await beside(kitchen_services.bump_ticket, ticket_id=ticket.pk, actor=cook)
        assert shown(await socket.hear("page"))[1] == {bumped.id}
        waiter = await beside(house.actor, "waiter")
        await beside(order_services.cancel_order, order_id=cancelled.id, reason="Left", actor=waiter)
        assert shown(await socket.hear("page"))[1] == {cancelled.id}


async def test_what_a_screen_displayed_is_seen_and_confirmed_once(house, screen):
    order = await beside(house.order)
    async with Socket(ALL, screen) as socket, Socket(ALL, screen) as other:
        snapshot = await opened(socket)
        await opened(other)
        assert await beside(status_of, order) == "placed"
        for each in (socket, socket, other):
            await each.say({"seen": snapshot["seq"]})
        assert await eventually(lambda: _is(order, "confirmed"))
    (ticket,) = await beside(tickets_of, order)
    assert ticket.seen_on == "Wall"
    assert ticket.seen_at is not None
    assert await beside(confirmations, order) == 1


async def _change_that_shows(socket, order):
    """Return the change that brings the order's ticket."""
    while True:
        message = await socket.hear("page")
        if order.id in shown(message)[0]:
            return message


async def _is(order, status):
    return await beside(status_of, order) == status


async def test_only_what_was_shown_by_then_is_reported(house, screen):
    first = await beside(house.order)
    async with Socket(ALL, screen) as socket:
        snapshot = await opened(socket)
        second = await beside(house.order)
        change = await socket.hear("page")
        await socket.say({"seen": snapshot["seq"]})
        assert await eventually(lambda: _is(first, "confirmed"))
        assert await beside(status_of, second) == "placed"
        await socket.say({"seen": change["seq"]})
        assert await eventually(lambda: _is(second, "confirmed"))


async def test_a_page_that_came_by_http_reports_what_its_html_shows(house, screen):
    """hello{after}: the page displays everything up to that place, and later tickets are not reported."""
    shown_by_html = await beside(house.order)
    place = await beside(event_log.position, house.restaurant.pk)
    later = await beside(house.order)
    async with Socket(ALL, screen) as socket:
        await socket.hello(place.seq, place.epoch)
        await socket.say({"seen": place.seq})
        assert await eventually(lambda: _is(shown_by_html, "confirmed"))
        assert await beside(status_of, later) == "placed"


async def test_a_ticket_that_was_pushed_here_later_is_not_claimed(house, screen):
    second = await beside(StationFactory, restaurant=house.restaurant)
    order = await beside(house.order)
    place = await beside(event_log.position, house.restaurant.pk)
    (ticket,) = await beside(tickets_of, order)
    cook = await beside(house.actor, "kitchen")
    await beside(kitchen_services.push_ticket, ticket_id=ticket.pk, station_id=second.pk, actor=cook)
    async with Socket(f"/ws/kitchen/{second.pk}/", screen) as socket:
        await socket.hello(place.seq, place.epoch)
        await socket.say({"seen": place.seq})
        change = await socket.hear("page")
        assert shown(change)[0] == {ticket.pk}
        assert await beside(status_of, order) == "placed"
        await socket.say({"seen": change["seq"]})
        assert await eventually(lambda: _is(order, "confirmed"))


async def test_a_place_far_behind_claims_nothing(house, screen, settings):
    settings.FEED_CATCH_UP_LIMIT = 2
    place = await beside(event_log.position, house.restaurant.pk)
    orders = [await beside(house.order) for _ in range(3)]
    async with Socket(ALL, screen) as socket:
        await socket.hello(place.seq, place.epoch)
        await socket.say({"seen": place.seq})
        await socket.hear("page")
        assert {await beside(status_of, order) for order in orders} == {"placed"}


async def test_a_waiter_who_watches_confirms_nothing(house):
    order = await beside(house.order)
    waiter = await beside(lambda: house.api("waiter").headers["Authorization"])
    place = await beside(event_log.position, house.restaurant.pk)
    async with Socket(ALL, waiter) as socket:
        snapshot = await opened(socket)
        await socket.say({"seen": snapshot["seq"]})
        await socket.hello(place.seq, place.epoch)
        assert (await socket.hear())["type"] == "heartbeat"  # the answer to the hello
        await socket.say({"seen": place.seq + 100})
        assert await socket.silent(0.3)
    assert await beside(status_of, order) == "placed"
    assert [ticket.seen_at for ticket in await beside(tickets_of, order)] == [None]


async def test_a_report_beyond_what_was_sent_does_not_confirm_what_comes_later(house, screen, settings):
    settings.FEED_HEARTBEAT_SECONDS = 0.05
    shown_first = await beside(house.order)
    async with Socket(ALL, screen) as socket:
        await opened(socket)
        await socket.say({"seen": 10**15})
        assert await eventually(lambda: _is(shown_first, "confirmed"))
        later = await beside(house.order)
        change = await _change_that_shows(socket, later)
        for _ in range(3):  # each heartbeat processes the reports again
            await socket.hear("heartbeat")
        assert await beside(status_of, later) == "placed"
        assert [ticket.seen_at for ticket in await beside(tickets_of, later)] == [None]
        await socket.say({"seen": change["seq"]})
        assert await eventually(lambda: _is(later, "confirmed"))


async def test_reports_start_over_at_a_hello(house, screen, settings, monkeypatch):
    """A report before a hello says nothing about the snapshot after it."""
    share_readings_for(monkeypatch, -1)
    settings.FEED_HEARTBEAT_SECONDS = 0.05
    async with Socket(ALL, screen) as socket:
        snapshot = await opened(socket)
        order = await beside(house.order)
        change = await _change_that_shows(socket, order)
        await socket.hello()
        again = await socket.hear("page")
        assert (snapshot["kind"], again["kind"], again["seq"]) == ("snapshot", "snapshot", change["seq"])
        for _ in range(3):
            await socket.hear("heartbeat")
        assert await beside(status_of, order) == "placed"
        await socket.say({"seen": again["seq"]})
        assert await eventually(lambda: _is(order, "confirmed"))


@pytest.mark.parametrize("beyond", [1, 10**15, 10**30])
async def test_a_hello_beyond_the_log_claims_nothing(house, screen, settings, beyond):
    """The position of a page that cannot exist brings a snapshot, and its report confirms nothing before it."""
    settings.FEED_HEARTBEAT_SECONDS = 0.05
    order = await beside(house.order)
    place = await beside(event_log.position, house.restaurant.pk)
    async with Socket(ALL, screen) as socket:
        await socket.hello(place.seq + beyond, place.epoch)
        await socket.say({"seen": place.seq + beyond})
        snapshot = await socket.hear("page")
        beats = [await socket.hear("heartbeat") for _ in range(3)]
        assert snapshot["kind"] == "snapshot"
        assert {beat["seq"] for beat in beats} == {place.seq}
        assert await beside(status_of, order) == "placed"
        assert [ticket.seen_at for ticket in await beside(tickets_of, order)] == [None]


async def test_a_screen_that_reports_late_still_reports_everything(house, screen, monkeypatch):
    """A page in the background reports when it becomes visible: more frames than are kept, and none forgotten."""
    monkeypatch.setattr(reports, "UNREPORTED_FRAMES", 2)
    async with Socket(ALL, screen) as socket:
        await opened(socket)
        orders, last = [], 0
        for _ in range(6):
            orders.append(await beside(house.order))
            last = (await socket.hear("page"))["seq"]
        await socket.say({"seen": last})
        for order in orders:
            assert await eventually(lambda order=order: _is(order, "confirmed"))


async def test_a_report_that_meets_a_busy_database_is_settled_later(house, screen, settings, monkeypatch):
    from bistro.core.kernel.errors import Overloaded
    from kitchen import consumers

    settings.FEED_HEARTBEAT_SECONDS = 0.1
    tries = []
    real = consumers.acknowledge_tickets

    def busy_once(**asked):
        tries.append(asked)
        if len(tries) == 1:
            raise Overloaded("Busy.")
        return real(**asked)

    monkeypatch.setattr(consumers, "acknowledge_tickets", busy_once)
    order = await beside(house.order)
    async with Socket(ALL, screen) as socket:
        snapshot = await opened(socket)
        await socket.say({"seen": snapshot["seq"]})
        assert await eventually(lambda: _is(order, "confirmed"))
        assert await socket.hear("heartbeat")
    assert len(tries) == 2


async def test_each_station_sees_its_own_lines(house, other_house, screen):
    grill = await beside(StationFactory, restaurant=house.restaurant, name="Grill")
    steak = await beside(house.add_item, name="Steak")

    def routed():
        Route.objects.create(restaurant=house.restaurant, station=grill, item=steak)
        from menu.models import MenuVersion

        MenuVersion.objects.filter(restaurant=house.restaurant).update(version=100)

    await beside(routed)
    async with (
        Socket(f"/ws/kitchen/{grill.pk}/", screen) as hot,
        Socket(f"/ws/kitchen/{house.station.pk}/", screen) as cold,
        Socket(ALL, screen) as everything,
    ):
        for socket in (hot, cold, everything):
            await opened(socket)
        await beside(other_house.order)
        lines = (LineRequest(item=house.item.pk, quantity=1), LineRequest(item=steak.pk, quantity=2))
        order = await beside(house.order, lines=lines)
        heard = {
            name: await socket.hear("page") for name, socket in (("hot", hot), ("cold", cold), ("all", everything))
        }
    tickets = {ticket.station_id: ticket.pk for ticket in await beside(tickets_of, order)}
    assert shown(heard["hot"])[0] == {tickets[grill.pk]}
    assert "Steak" in heard["hot"]["html"]
    assert house.item.name not in heard["hot"]["html"].replace("Steak", "")
    assert shown(heard["cold"])[0] == {tickets[house.station.pk]}
    assert shown(heard["all"])[0] == {order.id}, "one ticket names both stations"


async def test_a_busy_kitchen_asks_a_constant_number_of_questions(house):
    """A push has the same number of queries for an empty wall and for a full one."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from kitchen.wall.live import KitchenView

    def cost():
        placed = house.order()
        events = list(Event.objects.filter(subject=f"order:{placed.id}"))
        board = KitchenView(house.restaurant.pk, house.actor("kitchen"), None)
        position = event_log.position(house.restaurant.pk)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            list(board.changes(events, position))
        with CaptureQueriesContext(connection) as whole:
            list(board.snapshot(position))
        return len(asked), len(whole)

    await beside(cost)  # recipes are read once per menu
    first = await beside(cost)
    for _ in range(8):
        await beside(house.order)
    assert await beside(cost) == first
