"""A TCP proxy that deals connections round among several servers, and breaks them on request.

It knows nothing of HTTP: an *answer* is what a server sends after the client has spoken.
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
    """What the line does. Change it at any time; it counts for what comes next."""

    delay: float = 0.0  # seconds that every chunk takes longer, either way
    cut_after: int | None = None  # bytes that a connection may answer; then it is cut
    drop_answers: float = 0.0  # share of answers in whose place the connection is cut
    half_close: bool = False  # the server's side ends with its first answer, the client's stays open
    blackhole: bool = False  # accept, swallow, never answer, and never say that it is over


class Line:
    """One connection of a client with a server."""

    def __init__(self, proxy: "Proxy", client: asyncio.StreamWriter) -> None:
        self.proxy, self.client = proxy, client
        self.server: asyncio.StreamWriter | None = None
        self.dead = False  # swallowed: both sides still believe in it
        self.asked = self.ended = False
        self.answered = 0

    async def ask(self, reader: asyncio.StreamReader) -> None:
        """Carry what the client says, until it leaves."""
        while data := await reader.read(CHUNK):
            if self._swallows():
                continue
            assert self.server is not None
            await self._pause()
            self.asked = True
            self.server.write(data)
            await self.server.drain()

    async def answer(self, reader: asyncio.StreamReader) -> None:
        """Carry what the server says. Its end is the client's end, except on a dead line."""
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
        """Both sides lose the connection at once."""
        for side in (self.client, self.server):
            if side is not None:
                side.transport.abort()

    def _swallows(self) -> bool:
        self.dead = self.dead or self.proxy.faults.blackhole
        return self.dead

    def _is_dropped(self) -> bool:
        """Once for each answer: the server has done what it was asked, the client does not learn it."""
        first, self.asked = self.asked, False
        return first and self.proxy.dice.random() < self.proxy.faults.drop_answers

    async def _pause(self) -> None:
        if self.proxy.faults.delay:
            await asyncio.sleep(self.proxy.faults.delay)


class Proxy:
    """`async with Proxy(ports) as proxy:` listens on `proxy.port`."""

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
        """From now on the open connections are dead without anybody being told; new ones are well. How many."""
        for line in self.lines:
            line.dead = True
        return len(self.lines)

    def cut_all(self) -> None:
        """Every open connection is cut."""
        for line in list(self.lines):
            line.cut()

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
            if line.dead:  # the server may give up; the client is not told
                await sides[0]
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The next server in turn, or the one after it when that is away."""
        self._turn += 1
        for place in range(len(self.upstreams)):
            port = self.upstreams[(self._turn + place) % len(self.upstreams)]
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection("127.0.0.1", port)
        return None
