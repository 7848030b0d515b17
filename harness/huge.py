"""Huge requests sent directly to a server process: the answers, and the server's memory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import chain, repeat

from bistro.core.server.daphne_limits import LINGER_BYTES
from harness.installation import Installation
from harness.slow_clients import MEGABYTE, deaf_screen, frame, memory_of

DROPPED = 0  # the connection was closed without an answer
PIECE = b"x" * 65536
ANSWERED_WITHIN = 20.0
ENDED_WITHIN = 5.0
PEAK = "VmHWM"


@dataclass(frozen=True)
class Huge:
    """The bytes that a client sends for as long as the server reads them, whatever the server answers meanwhile."""

    name: str
    head: bytes
    pieces: Iterable[bytes] = ()
    expected: frozenset[int] = frozenset({413})


@dataclass
class Refused:
    """The outcome of one huge request."""

    status: int  # an HTTP status, a socket's close code, or DROPPED
    sent: int  # bytes until the server stopped reading
    grown: float  # growth of the server's memory in megabytes


def announced(size: int, path: str = "/api/v1/orders", more: bytes = b"") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n%b\r\n" % (path.encode(), size, more)


def huge_requests(size: int) -> list[Huge]:
    """Return requests with `size` bytes in each form of an HTTP body and in the headers."""
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
    """Send until the server stops reading or all is sent; then read the answer."""
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
    peak = memory_of(worker, PEAK)  # the peak, because memory is released at once
    return Refused(status, sent, ((peak if peak > most else memory_of(worker)) - before) / MEGABYTE)


def is_refused(huge: Huge, found: Refused) -> bool:
    """Return True for the expected status, or for a connection that was cut off.

    A client that goes on sending may be cut off before it reads the answer.
    """
    return found.status in huge.expected or (found.status == DROPPED and found.sent > LINGER_BYTES)


async def _first_line(reader: asyncio.StreamReader) -> int:
    try:
        line = await reader.readline()
    except OSError:
        return DROPPED
    return int(line.split()[1]) if line else DROPPED


@contextlib.asynccontextmanager
async def screen(here: Installation) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a socket and wait for the beginning of its first frame."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.workers[0].port)
    try:
        writer.write(deaf_screen(here.who.one("integration").authorization).says)
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        yield reader, writer
    finally:
        writer.close()


async def message_ends_socket(here: Installation, pieces: Iterable[bytes]) -> bool:
    """Return True if a message of such frames ended the socket."""
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
