"""Load shedding: how many requests run, how long others wait, and that every slot is released."""

import asyncio
import json

import pytest

from bistro.core.server import admission
from bistro.core.server.admission import LONGEST_DELAY, REFUSALS_A_SECOND, ConcurrencyLimiter
from bistro.core.tests.asgi import read_body

pytestmark = pytest.mark.database_agnostic


class Client:
    """A request, message by message."""

    def __init__(self, limiter, path="/api/order", headers=(), body=b"{}"):
        self.scope = {"type": "http", "method": "POST", "path": path, "headers": list(headers)}
        self.limiter, self.inbox, self.sent, self.received = limiter, asyncio.Queue(), [], 0
        if body is not None:
            self.say(body)

    def say(self, body, more=False):
        self.inbox.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def leave(self):
        self.inbox.put_nowait({"type": "http.disconnect"})

    async def receive(self):
        self.received += 1
        return await self.inbox.get()

    async def send(self, message):
        self.sent.append(message)

    async def ask(self):
        await self.limiter(self.scope, self.receive, self.send)
        return self

    @property
    def status(self):
        return self.sent[0]["status"] if self.sent else None

    @property
    def headers(self):
        return dict(self.sent[0]["headers"])

    @property
    def problem(self):
        return json.loads(self.sent[1]["body"])


class Kitchen:
    """The application behind the limiter, which works until the test lets it finish."""

    def __init__(self):
        self.working, self.most, self.bodies, self.fails = 0, 0, [], False
        self.finish = asyncio.Event()
        self.finish.set()

    async def __call__(self, scope, receive, send):
        self.bodies.append(await read_body(receive))
        self.working += 1
        self.most = max(self.most, self.working)
        try:
            await self.finish.wait()
            if self.fails:
                raise ZeroDivisionError
            await send({"type": "http.response.start", "status": 200, "headers": []})
        finally:
            self.working -= 1


@pytest.fixture
def kitchen():
    return Kitchen()


@pytest.fixture
def limiter(kitchen, settings):
    settings.ADMISSION_IN_FLIGHT, settings.ADMISSION_WAITING, settings.ADMISSION_WAIT_SECONDS = 2, 3, 5
    settings.BODY_LIMIT_BYTES, settings.UPLOAD_LIMIT_BYTES = 1000, 5000
    return ConcurrencyLimiter(kitchen)


def start(*clients):
    return [asyncio.ensure_future(client.ask()) for client in clients]


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


# --- bodies ------------------------------------------------------------------------------------------------------
async def test_what_fits_reaches_the_application_whole(limiter, kitchen):
    client = Client(limiter, body=None)
    for part in (b"a" * 400, b"b" * 400):
        client.say(part, more=True)
    client.say(b"c" * 200)
    await client.ask()
    assert client.status == 200
    assert kitchen.bodies == [b"a" * 400 + b"b" * 400 + b"c" * 200]


@pytest.mark.parametrize("length", [b"1001", b"10000000", b"9" * 5000, b"-1", b"abc", b"1e3", b""])
async def test_a_length_that_says_too_much_is_refused_without_reading(limiter, kitchen, length):
    client = Client(limiter, headers=[(b"content-length", length)], body=None)
    await client.ask()
    assert client.status == 413
    assert client.received == 0
    assert kitchen.bodies == []


async def test_a_length_that_lies_is_found_out_by_counting(limiter, kitchen):
    client = Client(limiter, headers=[(b"content-length", b"10")], body=None)
    client.say(b"x" * 1001, more=True)
    client.say(b"never read")
    await client.ask()
    assert client.status == 413
    assert client.received == 1
    assert kitchen.bodies == []


async def test_ten_megabytes_in_pieces_are_not_read_to_the_end(limiter, kitchen):
    client = Client(limiter, body=None)
    for _ in range(160):
        client.say(b"x" * 65536, more=True)
    await client.ask()
    assert client.status == 413
    assert client.received == 1
    assert kitchen.bodies == []


async def test_the_refusal_is_a_problem_document_and_closes_the_connection(limiter):
    client = await Client(limiter, headers=[(b"content-length", b"1001")], body=None).ask()
    assert client.headers[b"content-type"] == b"application/problem+json"
    assert client.headers[b"connection"] == b"close"
    assert client.headers[b"x-content-type-options"] == b"nosniff"
    assert client.headers[b"content-length"] == str(len(client.sent[1]["body"])).encode()
    assert (client.problem["status"], client.problem["code"]) == (413, "body_too_large")


async def test_managers_may_send_more_in_the_admin_alone(limiter):
    for path, size, status in [
        ("/admin/menu/item/import/", 5000, 200),
        ("/admin/menu/item/import/", 5001, 413),
        ("/administrator/", 1001, 413),
        ("/api/admin/", 1001, 413),
    ]:
        assert (await Client(limiter, path=path, body=b"x" * size).ask()).status == status


# --- slots ------------------------------------------------------------------------------------------------------
async def test_never_more_at_work_than_places_and_all_are_served(limiter, kitchen):
    kitchen.finish.clear()
    clients = [Client(limiter) for _ in range(5)]
    tasks = start(*clients)
    await settle()
    assert kitchen.working == 2
    kitchen.finish.set()
    await asyncio.gather(*tasks)
    assert [client.status for client in clients] == [200] * 5
    assert kitchen.most == 2


async def test_one_too_many_in_the_queue_is_told_to_come_again(limiter, kitchen):
    kitchen.finish.clear()
    tasks = start(*(Client(limiter) for _ in range(5)))
    await settle()
    refused = await Client(limiter).ask()
    assert refused.status == 503
    assert refused.headers[b"retry-after"] == b"1"
    assert (refused.problem["status"], refused.problem["code"]) == (503, "overloaded")
    kitchen.finish.set()
    await asyncio.gather(*tasks)
    assert (await Client(limiter).ask()).status == 200


async def test_the_more_are_refused_the_longer_each_of_them_waits(limiter, kitchen, settings, monkeypatch):
    """A crowd that retries must not be refused again and again. A client that leaves is not counted."""
    settings.ADMISSION_REFUSAL_SECONDS = 60.0  # a hundred times the real times: no refusal ends during the test
    monkeypatch.setattr(admission, "REFUSALS_A_SECOND", REFUSALS_A_SECOND / 100)
    monkeypatch.setattr(admission, "LONGEST_DELAY", LONGEST_DELAY * 100)
    kitchen.finish.clear()
    inside, crowd = start(*(Client(limiter) for _ in range(5))), []
    for many, seconds in ((1, 60.0), (2 * REFUSALS_A_SECOND, 200.0), (600, 100 * LONGEST_DELAY)):
        more = [Client(limiter) for _ in range(many - len(crowd))]
        crowd += more
        inside += start(*more)
        await settle()
        assert (limiter._delayed, limiter._delay()) == (many, seconds)
    for client in crowd:
        client.leave()
    await settle()
    assert limiter._delayed == 0
    assert {client.status for client in crowd} == {None}
    kitchen.finish.set()
    await asyncio.gather(*inside)


async def test_waiting_too_long_is_told_to_come_again(limiter, kitchen, settings):
    settings.ADMISSION_WAIT_SECONDS = 0.02
    kitchen.finish.clear()
    tasks = start(*(Client(limiter) for _ in range(2)))
    await settle()
    refused = await Client(limiter).ask()
    assert refused.status == 503
    kitchen.finish.set()
    await asyncio.gather(*tasks)
    await _all_slots_are_free(limiter, kitchen)


async def _all_slots_are_free(limiter, kitchen):
    """Assert that both slots are free: two clients work at once, and none is counted as waiting."""
    assert limiter._waiting == 0
    assert not limiter._slots.locked()
    kitchen.fails = False
    kitchen.finish.clear()
    tasks = start(Client(limiter), Client(limiter))
    await settle()
    assert kitchen.working == 2
    kitchen.finish.set()
    await asyncio.gather(*tasks)


async def test_places_come_back_after_faults(limiter, kitchen):
    kitchen.fails = True
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            await Client(limiter).ask()
    await _all_slots_are_free(limiter, kitchen)


async def test_places_come_back_after_the_server_gave_a_request_up(limiter, kitchen):
    kitchen.finish.clear()
    tasks = start(*(Client(limiter) for _ in range(5)))
    await settle()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await settle()
    kitchen.finish.set()
    await _all_slots_are_free(limiter, kitchen)


async def test_a_slow_body_takes_no_place(limiter, kitchen):
    slow = [Client(limiter, body=None) for _ in range(10)]
    for client in slow:
        client.say(b"{", more=True)
    tasks = start(*slow)
    await settle()
    assert (await Client(limiter).ask()).status == 200
    for client in slow:
        client.say(b"}")
    kitchen.finish.set()
    await asyncio.gather(*tasks)
    assert kitchen.bodies.count(b"{}") == 11


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_forgotten(limiter, kitchen):
    client = Client(limiter, body=None)
    client.say(b'{"table', more=True)
    client.leave()
    await client.ask()
    assert client.sent == []
    assert kitchen.bodies == []


async def test_nothing_is_done_for_a_client_that_left_while_it_waited(limiter, kitchen):
    """The client retries with the same key, and work for abandoned requests adds to the overload."""
    kitchen.finish.clear()
    working = start(Client(limiter, body=b"1"), Client(limiter, body=b"2"))
    await settle()
    gone, stays = Client(limiter, body=b"gone"), Client(limiter, body=b"stays")
    waiting = start(gone, stays)
    await settle()
    gone.leave()
    await settle()
    assert waiting[0].done()
    kitchen.finish.set()
    await asyncio.gather(*working, *waiting)
    assert kitchen.bodies == [b"1", b"2", b"stays"]
    assert gone.sent == []
    assert stays.status == 200
    await _all_slots_are_free(limiter, kitchen)


async def test_who_waited_can_still_hear_that_its_client_left(limiter, kitchen):
    """The message that ends the wait in the queue also reaches the application."""
    kitchen.finish.clear()
    working = start(Client(limiter), Client(limiter))
    await settle()
    heard = []

    async def listener(scope, receive, send):
        heard.append((await receive())["type"])
        heard.append((await receive())["type"])

    client = Client(limiter)
    limiter.app, app = listener, limiter.app
    waiting = start(client)
    await settle()
    kitchen.finish.set()
    await asyncio.gather(*working)
    await settle()
    client.leave()
    await asyncio.gather(*waiting)
    limiter.app = app
    assert heard == ["http.request", "http.disconnect"]


async def test_a_place_that_frees_and_a_client_that_leaves_at_the_same_moment(limiter, kitchen):
    kitchen.finish.clear()
    working = start(Client(limiter), Client(limiter))
    await settle()
    leaving = [Client(limiter) for _ in range(3)]
    waiting = start(*leaving)
    await settle()
    kitchen.finish.set()
    for client in leaving:
        client.leave()
    await asyncio.gather(*working, *waiting)
    await settle()
    await _all_slots_are_free(limiter, kitchen)
