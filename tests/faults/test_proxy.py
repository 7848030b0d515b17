"""The fault proxy: each fault from the point of view of a client, and no fault without an order to."""

import asyncio

import pytest

from harness.proxy import Faults, Proxy

pytestmark = pytest.mark.database_agnostic


class Echo:
    """A server that answers every line with its name and the line."""

    def __init__(self, name):
        self.name, self.heard, self.port = name, [], 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error):
        self.server.close()

    async def _serve(self, reader, writer):
        while line := await reader.readline():
            self.heard.append(line)
            writer.write(self.name + b":" + line)
        writer.close()


class Caller:
    """A client of the proxy."""

    def __init__(self, proxy):
        self.proxy = proxy

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.proxy.port)
        return self

    async def __aexit__(self, *error):
        self.writer.close()

    async def ask(self, seconds=5.0):
        """Return the answer, the data before the end of the connection, or None if nothing comes and nothing ends."""
        self.writer.write(b"hello\n")
        try:
            return await asyncio.wait_for(self.reader.readline(), seconds)
        except TimeoutError:
            return None
        except ConnectionError:
            return b""


@pytest.fixture
async def one():
    async with Echo(b"one") as echo:
        yield echo


@pytest.fixture
async def two():
    async with Echo(b"two") as echo:
        yield echo


async def test_without_a_fault_it_is_not_noticed(one):
    async with Proxy([one.port]) as proxy, Caller(proxy) as caller:
        assert [await caller.ask() for _ in range(3)] == [b"one:hello\n"] * 3
    assert proxy.dropped == 0


async def test_connections_are_dealt_round_and_a_server_that_is_away_is_left_out(one, two):
    async with Proxy([one.port, two.port]) as proxy:
        names = []
        for _ in range(4):
            async with Caller(proxy) as caller:
                names.append(await caller.ask())
        assert sorted(names) == [b"one:hello\n"] * 2 + [b"two:hello\n"] * 2
        one.server.close()
        for _ in range(2):
            async with Caller(proxy) as caller:
                assert await caller.ask() == b"two:hello\n"
        two.server.close()
        async with Caller(proxy) as caller:
            assert await caller.ask() == b""


async def test_a_dropped_answer_was_asked_for_all_the_same(one):
    async with Proxy([one.port], Faults(drop_answers=1.0)) as proxy, Caller(proxy) as caller:
        assert await caller.ask() == b""
    assert one.heard == [b"hello\n"]
    assert proxy.dropped == 1


async def test_the_share_of_dropped_answers_is_kept(one):
    async with Proxy([one.port], Faults(drop_answers=0.3), seed=1) as proxy:
        for _ in range(200):
            async with Caller(proxy) as caller:
                await caller.ask()
    assert 30 < proxy.dropped < 90


async def test_an_answer_is_cut_after_some_bytes(one):
    async with Proxy([one.port], Faults(cut_after=4)) as proxy, Caller(proxy) as caller:
        assert await caller.ask() in (b"one:", b"")  # received data may be lost with the connection


async def test_half_closed_the_server_goes_on_hearing(one):
    async with Proxy([one.port], Faults(half_close=True)) as proxy, Caller(proxy) as caller:
        assert await caller.ask() == b"one:hello\n"
        assert await caller.ask() == b""
        for _ in range(100):
            if len(one.heard) == 2:
                break
            await asyncio.sleep(0.01)
    assert len(one.heard) == 2


async def test_a_delay_counts_both_ways(one):
    async with Proxy([one.port], Faults(delay=0.2)) as proxy, Caller(proxy) as caller:
        assert await caller.ask(seconds=0.3) is None
        assert await asyncio.wait_for(caller.reader.readline(), 5) == b"one:hello\n"


async def test_a_blackhole_answers_nothing_and_ends_nothing(one):
    async with Proxy([one.port]) as proxy, Caller(proxy) as early:
        assert await early.ask() == b"one:hello\n"
        proxy.faults.blackhole = True
        async with Caller(proxy) as late:
            assert await early.ask(seconds=0.2) is None
            assert await late.ask(seconds=0.2) is None
            proxy.faults.blackhole = False
            assert await early.ask(seconds=0.2) is None, "a connection that lost bytes must not come back"
        async with Caller(proxy) as new:
            assert await new.ask() == b"one:hello\n"
    assert len(one.heard) == 2


async def test_swallowed_connections_do_not_learn_that_the_server_has_gone(one, two):
    async with Proxy([one.port]) as proxy, Caller(proxy) as caller:
        assert await caller.ask() == b"one:hello\n"
        assert proxy.swallow() == 1
        assert await caller.ask(seconds=0.2) is None
        async with Caller(proxy) as new:
            assert await new.ask() == b"one:hello\n"
