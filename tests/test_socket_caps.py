"""Caps and rates of sockets: counted for the credential, whatever number of connections carries them."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from django.conf import settings as product

from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.live import caps, event_log
from bistro.core.live import hub as hub_module
from bistro.core.live.hub import current_hub
from bistro.core.models import Device
from bistro.core.tests.factories import DeviceFactory, token_of
from tests.sockets import Socket, beside, eventually, refusal, share_readings_for

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS, KITCHEN, FLOOR = "/ws/orders", "/ws/kitchen/all/", "/ws/floor/"
HERE = {"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(caps, "ANSWER_SECONDS", 0.2)


@pytest.fixture
def limit(settings):
    """Return a function that sets caps."""

    def set_caps(**given):
        settings.SOCKET_CAPS = {**product.SOCKET_CAPS, **given}

    return set_caps


def header(house, role="pad"):
    return house.api(role).headers["Authorization"]


def wall(house):
    return f"Device {token_of(DeviceFactory(restaurant=house.restaurant, kind=Device.Kind.KITCHEN))}"


class Held:
    """Open sockets of one credential, whose client answers pings as a browser does."""

    def __init__(self, stack):
        self.stack, self.sockets, self.closed = stack, [], {}

    async def open(self, count, path, credential="", **more):
        for _ in range(count):
            socket = await self.stack.enter_async_context(Socket(path, credential, **more))
            await socket.hello()
            self.sockets.append(socket)
            answering = asyncio.create_task(self._answer(socket))
            self.stack.callback(answering.cancel)
        return self

    async def _answer(self, socket):
        while True:
            output = await socket.communicator.output_queue.get()
            if output["type"] == "websocket.ping":
                await socket.communicator.send_input({"type": "websocket.pong"})
            if output["type"] == "websocket.close":
                self.closed[socket] = output["code"]


@pytest.fixture
async def held():
    async with AsyncExitStack() as stack:
        yield Held(stack)


# --- caps ----------------------------------------------------------------------------------------------------
def test_the_caps_are_those_of_the_documents():
    assert product.SOCKET_CAPS == {
        "pad": 4,
        "screen": 10,
        "login": 20,
        "integration": 2000,
        "restaurant": 5000,
        "address": 2000,
    }


async def test_a_pad_holds_four_sockets_and_the_fifth_is_refused(house, held):
    pad = await beside(header, house)
    await held.open(4, ORDERS, pad)
    assert await refusal(ORDERS, pad) == 4429
    assert held.closed == {}
    assert current_hub().sockets == 4
    async with Socket(KITCHEN, await beside(wall, house)) as screen:
        await screen.hello()
        assert (await screen.hear("page"))["kind"] == "snapshot"


@pytest.mark.parametrize(
    ("kind", "role", "path"),
    [("screen", "screen", KITCHEN), ("login", "waiter", FLOOR), ("integration", "integration", ORDERS)],
)
async def test_each_kind_of_credential_has_its_own_cap(house, held, limit, kind, role, path):
    limit(**{kind: 2})
    credential = await beside(header, house, role)
    await held.open(2, path, credential)
    assert await refusal(path, credential) == 4429
    assert held.closed == {}


async def test_a_login_counts_over_all_its_browsers_and_tokens(house, held, limit):
    limit(login=2)
    browser = await beside(house.browser, "waiter")
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    await held.open(1, FLOOR, cookie=cookie, **HERE)
    await held.open(1, ORDERS, await beside(header, house, "waiter"))
    assert await refusal(FLOOR, cookie=cookie, **HERE) == 4429
    async with Socket(FLOOR, await beside(header, house, "manager")) as other:
        await other.hello()
        assert (await other.hear("page"))["kind"] == "snapshot"


async def test_a_device_counts_by_cookie_and_header(house, held, limit):
    limit(pad=1)
    pad = await beside(header, house)
    await held.open(1, ORDERS, pad)
    assert await refusal(ORDERS, cookie=f"{DEVICE_COOKIE}={pad.split()[1]}", **HERE) == 4429


async def test_a_restaurant_has_a_cap_and_another_restaurant_is_free(house, other_house, held, limit):
    limit(restaurant=2)
    await held.open(1, ORDERS, await beside(header, house))
    await held.open(1, KITCHEN, await beside(wall, house))
    assert await refusal(ORDERS, await beside(header, house, "integration")) == 4429
    async with Socket(ORDERS, await beside(header, other_house, "integration")) as socket:
        await socket.hello()
        await socket.hear("initial")


async def test_an_address_has_a_cap_and_a_proxy_names_it(house, held, limit, settings):
    limit(address=1)
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    pad, program = await beside(header, house), await beside(header, house, "integration")
    await held.open(1, ORDERS, pad, x_forwarded_for="10.0.0.1")
    assert await refusal(ORDERS, program, x_forwarded_for="10.0.0.1") == 4429
    assert await refusal(ORDERS, program, x_forwarded_for="10.9.9.9, 10.0.0.1") == 4429
    await held.open(1, ORDERS, program, x_forwarded_for="10.0.0.2")
    assert await eventually(lambda: current_hub().sockets == 2)


async def test_a_closed_socket_leaves_its_place(house, held, limit):
    limit(pad=1)
    pad = await beside(header, house)
    for _ in range(3):
        async with Socket(ORDERS, pad) as socket:
            await socket.hello()
            await socket.hear("initial")
    await held.open(1, ORDERS, pad)
    assert await refusal(ORDERS, pad) == 4429


async def test_of_sockets_over_the_cap_those_that_answer_no_ping_are_closed_first(house, held, limit):
    limit(pad=2)
    pad = await beside(header, house)
    await held.open(1, ORDERS, pad)
    async with Socket(ORDERS, pad) as dead, Socket(ORDERS, pad) as newcomer:
        await newcomer.hello()
        assert (await newcomer.hear("initial"))["orders"] == []
        assert await dead.closed() == 4503
        assert held.closed == {}


async def test_dead_sockets_of_others_are_left_alone(house, held, limit):
    """Over the cap of a restaurant only the newcomer's own sockets are examined."""
    limit(restaurant=1)
    async with Socket(ORDERS, await beside(header, house)) as silent:
        await silent.hello()
        await silent.hear("initial")
        assert await refusal(ORDERS, await beside(header, house, "integration")) == 4429
        assert await silent.silent(0.3)


async def test_many_newcomers_share_one_search_for_dead_sockets(house, held, limit):
    limit(pad=1)
    pad = await beside(header, house)
    await held.open(1, ORDERS, pad)
    pinged, (socket,) = [], held.sockets
    real = socket.communicator.send_input

    async def counted(message):
        pinged.append(message["type"])
        await real(message)

    socket.communicator.send_input = counted
    assert set(await asyncio.gather(*(refusal(ORDERS, pad) for _ in range(6)))) == {4429}
    assert pinged == ["websocket.pong"]


# --- rates ---------------------------------------------------------------------------------------------------
async def test_connecting_again_and_again_is_refused(house):
    pad, codes = await beside(header, house), []
    for _ in range(14):
        async with Socket(ORDERS, pad) as socket:
            await socket.hello()
            output = await socket.communicator.receive_output(timeout=5)
            codes.append(output.get("code", "served"))
    assert codes[:10] == ["served"] * 10
    assert set(codes[11:]) == {4429}


async def test_a_client_that_keeps_coming_is_held_longer_and_longer(house):
    allowances = caps.Allowances(4)
    delays = [allowances.refusals.pace(caps.LONGEST_REFUSAL_SECONDS) for _ in range(400)]
    assert delays[:10] == [0] * 10
    assert 0 < delays[10] < 0.3 < 3 < delays[30] < delays[60]
    assert max(delays) <= caps.LONGEST_REFUSAL_SECONDS
    assert len(set(delays[-200:])) > 100, "many who are held for the longest time do not return together"
    assert min(delays[-200:]) >= caps.LONGEST_REFUSAL_SECONDS / 2


async def test_hellos_are_counted_for_the_credential(house, held):
    """Two sockets of a pad have the hellos of one, and another pad is not concerned."""
    pad, another = await beside(header, house), await beside(lambda: house.add_pad().headers["Authorization"])
    await held.open(2, ORDERS, pad)
    await held.open(1, ORDERS, another)
    for _ in range(5):
        for socket in held.sockets:
            await socket.hello()
    await asyncio.sleep(0.2)
    assert set(held.closed.values()) == {4408}
    assert held.sockets[2] not in held.closed


async def test_messages_are_counted_for_the_credential(house, held):
    """Each socket stays below its own limit, and together they are over that of the credential."""
    await held.open(4, ORDERS, await beside(header, house))
    for _ in range(15):
        for socket in held.sockets:
            await socket.communicator.send_input({"type": "websocket.receive", "text": json.dumps({"seen": 1})})
    assert await eventually(lambda: held.closed)
    assert set(held.closed.values()) == {4408}


async def test_a_read_of_missed_events_counts_as_a_hello(house, limit, monkeypatch):
    """A socket without a hello left gets the snapshot that all share, and the log is not read for it."""
    share_readings_for(monkeypatch, -1)
    limit(pad=2)
    reads, real = [], hub_module._catch_up

    def counted(view, cursor):
        reads.append(cursor)
        return real(view, cursor)

    monkeypatch.setattr(hub_module, "_catch_up", counted)
    place = await beside(event_log.position, house.restaurant.pk)
    await beside(house.order)
    pad = await beside(header, house)
    async with Socket(ORDERS, pad), Socket(ORDERS, pad) as socket:  # ten hellos, of which connecting takes two
        answers = []
        for _ in range(5):
            await socket.hello(place.seq, place.epoch)
            answers.append((await socket.hear_but("heartbeat"))["type"])
        await socket.hello(place.seq, place.epoch)
        assert await socket.closed() == 4408
    assert answers == ["new_order"] * 4 + ["initial"]
    assert len(reads) == 4


async def test_a_read_that_fails_counts_for_nothing(house, monkeypatch):
    allowance = caps.Allowances(4).hellos
    before = [allowance.take() for _ in range(10)]
    assert not allowance.take()
    allowance.give_back()
    assert (before, allowance.take(), allowance.take()) == ([True] * 10, True, False)
