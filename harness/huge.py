"""Clients with huge requests, directly at a server process: their answers, and the memory that they cost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import chain, repeat

from bistro.core.server.daphne_limits import LINGER_BYTES
from harness.installation import Installation
from harness.strangers import MEGABYTE, deaf_screen, frame, memory_of

DROPPED = 0  # no answer: the connection was ended
PIECE = b"x" * 65536
ANSWERED_WITHIN = 20.0
ENDED_WITHIN = 5.0
PEAK = "VmHWM"


@dataclass(frozen=True)
class Huge:
    """What a client sends: as much as it gets rid of, whatever it is told meanwhile."""

    name: str
    head: bytes
    pieces: Iterable[bytes] = ()
    expected: frozenset[int] = frozenset({413})


@dataclass
class Refused:
    """What came of one."""

    status: int  # of the answer, of a socket's close frame, or DROPPED
    sent: int  # bytes, until the server wanted no more
    grown: float  # megabytes of the server's memory


def announced(size: int, path: str = "/api/v1/orders", more: bytes = b"") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n%b\r\n" % (path.encode(), size, more)


def huge_requests(size: int) -> list[Huge]:
    """Bodies of `size` bytes in every way that HTTP has, and headers."""
    count = size // len(PIECE)
    size = count * len(PIECE)
    chunked = b"POST /api/order HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    start = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return [
        Huge("body, announced", announced(size), repeat(PIECE, count)),
        Huge("body, to nowhere", announced(size, "/nowhere"), repeat(PIECE, count)),
        Huge("upload", announced(size, "/admin/"), repeat(PIECE, count)),
        Huge("body, in chunks", chunked, repeat(b"10000\r\n" + PIECE + b"\r\n", count)),
        Huge("one endless chunk", chunked + b"%x\r\n" % size, repeat(PIECE, count)),
        Huge("chunks of one byte", chunked, repeat(b"1\r\nx\r\n" * 10_000, size // 60_000)),
        Huge("handshake with a body", announced(size, "/ws/orders", b"Upgrade: websocket\r\n"), repeat(PIECE, count)),
        Huge("a length that is none", announced(10**30), repeat(PIECE, count), frozenset({400, 413})),
        Huge("one endless header", start + b"X-Long: ", repeat(PIECE, count), frozenset({431})),
        Huge("headers without end", start, repeat(b"X-Long: x\r\n" * 100, count), frozenset({400, 431})),
        Huge("an endless address", b"GET /", repeat(PIECE, count), frozenset({400, 414, 431})),
    ]


async def refused(here: Installation, huge: Huge) -> Refused:
    """Send until nobody takes it, or all is sent; then listen to what is said."""
    worker = here.workers[0]
    before, most, sent = memory_of(worker), memory_of(worker, PEAK), 0
    reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
    answer = asyncio.create_task(_first_line(reader))
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            with contextlib.suppress(OSError):
                for piece in chain([huge.head], huge.pieces):
                    writer.write(piece)
                    await writer.drain()
                    sent += len(piece)
            status = await answer
    finally:
        answer.cancel()
        writer.close()
    peak = memory_of(worker, PEAK)  # what is taken in is let go again at once
    return Refused(status, sent, ((peak if peak > most else memory_of(worker)) - before) / MEGABYTE)


def is_refused(huge: Huge, found: Refused) -> bool:
    """As expected; or cut off because he was told at once and sent on all the same, maybe before he looked."""
    return found.status in huge.expected or (found.status == DROPPED and found.sent > LINGER_BYTES)


async def _first_line(reader: asyncio.StreamReader) -> int:
    try:
        line = await reader.readline()
    except OSError:
        return DROPPED
    return int(line.split()[1]) if line else DROPPED


@contextlib.asynccontextmanager
async def screen(here: Installation) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A socket that is open and has brought its first frame's beginning."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.workers[0].port)
    try:
        writer.write(deaf_screen(here.who.one("integration").authorization).says)
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        yield reader, writer
    finally:
        writer.close()


async def message_ends_socket(here: Installation, pieces: Iterable[bytes]) -> bool:
    """Whether a message of such frames ended the socket."""
    async with screen(here) as (reader, writer):
        with contextlib.suppress(OSError):
            for place, piece in enumerate(pieces):
                writer.write(frame(piece, opcode=0 if place else 1, final=False))
                await writer.drain()
        try:
            async with asyncio.timeout(ENDED_WITHIN):
                while await reader.read(65536):
                    pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True
