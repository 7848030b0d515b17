"""A TCP proxy that distributes connections among several servers, and breaks them on request.

The proxy does not parse HTTP: an *answer* is the data that a server sends after the client has sent something.
"""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

CHUNK = 64 * 1024
CONNECT_SECONDS = 5.0


@dataclass
class Faults:
    """The faults of a line. A change takes effect for the data that follows."""

    delay: float = 0.0  # extra seconds for every chunk, in both directions
    cut_after: int | None = None  # bytes of answers after which a connection is cut
    drop_answers: float = 0.0  # share of answers that are replaced by a cut
    half_close: bool = False  # the server's side ends with its first answer and the client's stays open
    blackhole: bool = False  # accept and swallow data, without an answer or a close


class Line:
    """A connection of a client with a server."""

    def __init__(self, proxy: "Proxy", client: asyncio.StreamWriter) -> None:
        self.proxy, self.client = proxy, client
        self.server: asyncio.StreamWriter | None = None
        self.dead = False  # no data passes, and both sides believe that it is open
        self.asked = self.ended = False
        self.answered = 0

    async def ask(self, reader: asyncio.StreamReader) -> None:
        """Carry the client's data until the client closes."""
        while data := await reader.read(CHUNK):
            if self._swallows():
                continue
            assert self.server is not None
            await self._pause()
            self.asked = True
            self.server.write(data)
            await self.server.drain()

    async def answer(self, reader: asyncio.StreamReader) -> None:
        """Carry the server's data; its end is the client's end, except on a dead line."""
        while data := await reader.read(CHUNK):
            if self._swallows() or self.ended:
                continue
            await self._pause()
            if self._is_dropped():
                self.proxy.dropped += 1
                self.cut()
                return
            await self._pass_on(data)
        if not self._swallows():
            self.client.close()

    async def _pass_on(self, data: bytes) -> None:
        faults = self.proxy.faults
        room = len(data) if faults.cut_after is None else max(0, faults.cut_after - self.answered)
        self.answered += min(room, len(data))
        self.client.write(data[:room])
        await self.client.drain()
        if room < len(data):
            self.cut()
        elif faults.half_close:
            self.ended = True
            self.client.write_eof()

    def cut(self) -> None:
        """Close both sides at once."""
        for side in (self.client, self.server):
            if side is not None:
                side.transport.abort()

    def _swallows(self) -> bool:
        self.dead = self.dead or self.proxy.faults.blackhole
        return self.dead

    def _is_dropped(self) -> bool:
        """Decide once for each answer: the server has done its work, and the client does not learn the result."""
        first, self.asked = self.asked, False
        return first and self.proxy.dice.random() < self.proxy.faults.drop_answers

    async def _pause(self) -> None:
        if self.proxy.faults.delay:
            await asyncio.sleep(self.proxy.faults.delay)


class Proxy:
    """A running proxy: `async with Proxy(ports) as proxy:` listens on `proxy.port`."""

    def __init__(self, upstreams: Sequence[int], faults: Faults | None = None, seed: int = 0) -> None:
        self.upstreams = list(upstreams)
        self.faults = faults or Faults()
        self.dice = random.Random(seed)
        self.dropped = self.refused = 0
        self.lines: set[Line] = set()
        self.port = 0
        self._turn = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2048)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self) -> int:
        """Make all open connections dead without closing them, and return their number; new connections work."""
        for line in self.lines:
            line.dead = True
        return len(self.lines)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        line = Line(self, writer)
        self.lines.add(line)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._carry(line, reader)
        finally:
            self.lines.discard(line)
            self._tasks.discard(task)
            line.cut()

    async def _carry(self, line: Line, reader: asyncio.StreamReader) -> None:
        if self.faults.blackhole:
            await line.ask(reader)
            return
        found = await self._connect()
        if found is None:
            self.refused += 1
            return
        answers, line.server = found
        sides = [asyncio.ensure_future(line.ask(reader)), asyncio.ensure_future(line.answer(answers))]
        try:
            await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            if line.dead:  # the server may close, and the client does not learn it
                await sides[0]
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Connect to the next server in turn, or to the one after it if that one is away."""
        self._turn += 1
        for place in range(len(self.upstreams)):
            port = self.upstreams[(self._turn + place) % len(self.upstreams)]
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection("127.0.0.1", port)
        return None
