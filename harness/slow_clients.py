"""Slow, silent and deaf clients: hundreds of useless connections, directly at a server process.

Guests order meanwhile and must not notice; every useless connection must be closed after a bounded time.
"""

import asyncio
import contextlib
import select
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from harness.checker import Account, server_errors
from harness.installation import Installation
from harness.load_clients import LoadClients, read_menu
from harness.servers import Server
from harness.trials import HANDS, NEVER, account_of, service
from tools.simulator.client import Client

LOOK = 0.25  # seconds between two turns, and two bytes of a slow sender
SHORT_PATIENCE = {"DJANGO_SETTINGS_MODULE": "harness.settings.short_patience"}
ENDLESS_PATIENCE = {"DJANGO_SETTINGS_MODULE": "harness.settings.endless_patience"}
OPEN = 100  # orders
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class SlowClient:
    """A useless client: its first bytes, and the bytes that it adds at every turn. A deaf one never reads."""

    name: str
    says: bytes = b""
    drip: bytes = b""
    deaf: bool = False


_POST = b"POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
_UPGRADE = b"GET /ws/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
SLOW = (
    SlowClient("silent"),
    SlowClient("headers unfinished", _POST),
    SlowClient("headers dripped", _POST + b"X-Slow: ", b"a"),
    SlowClient("body announced", _POST + b"Content-Length: 1000\r\n\r\n{"),
    SlowClient("body dripped", _POST + b"Content-Length: 1000\r\n\r\n{", b" "),
    SlowClient("chunks dripped", _POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    SlowClient("handshake unfinished", _UPGRADE),
    SlowClient("handshake dripped", _UPGRADE + b"Sec-WebSocket-Key: ", b"a"),
)


def deaf_screen(authorization: str) -> SlowClient:
    """Return a screen that requests a snapshot again and again, so that it counts as alive, and never reads."""
    rest = f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\nAuthorization: {authorization}\r\n\r\n"
    hello = b'{"hello": {}}'
    return SlowClient("deaf screen", _UPGRADE + rest.encode(), frame(hello), deaf=True)


def deaf_reader(authorization: str, path: str = "/api/v1/menu") -> SlowClient:
    """Return a program that requests a large answer again and again, and never reads."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {authorization}\r\n\r\n".encode()
    return SlowClient("deaf reader", asked, asked, deaf=True)


def frame(payload: bytes, *, opcode: int = 1, final: bool = True) -> bytes:
    """Encode a WebSocket frame as a client sends it, with a mask of zeros."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    else:
        length = b"\xfe" + size.to_bytes(2, "big") if size <= 0xFFFF else b"\xff" + size.to_bytes(8, "big")
    return bytes([0x80 * final | opcode]) + length + bytes(4) + payload


async def stay(port: int, slow_client: SlowClient, seconds: float) -> float:
    """Return the seconds that the server kept the connection, or NEVER if the connection survived to the end."""
    began = perf_counter()
    with socket.socket() as line:
        line.setblocking(False)
        if slow_client.deaf:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
        ended = select.poll()
        ended.register(line, 0)  # no events but errors and hang-ups, which are always reported
        say = slow_client.says
        while perf_counter() - began < seconds:
            try:
                if say:
                    with contextlib.suppress(BlockingIOError):
                        line.send(say)
                if not slow_client.deaf and _said_goodbye(line):
                    return perf_counter() - began
            except OSError:
                return perf_counter() - began
            if ended.poll(0):
                return perf_counter() - began
            say = slow_client.drip
            await asyncio.sleep(LOOK)
    return NEVER


def _said_goodbye(line: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        while line.recv(4096):
            pass
        return True
    return False


@dataclass
class Slow:
    """The outcome of the useless connections, and their effects on the guests."""

    stayed: dict[str, list[float]] = field(default_factory=dict)  # seconds until closed, by kind
    quiet: list[float] = field(default_factory=list)  # seconds of the orders before
    waits: list[float] = field(default_factory=list)  # seconds of the orders meanwhile
    before: int = 0  # bytes of memory
    most: int = 0
    account: Account = field(default_factory=Account)
    server_errors: int = 0

    @property
    def kept(self) -> int:
        return sum(seconds.count(NEVER) for seconds in self.stayed.values())

    @property
    def longest(self) -> float:
        return max(max(seconds) for seconds in self.stayed.values())

    @property
    def grown(self) -> float:
        return (self.most - self.before) / MEGABYTE


async def slow_clients(
    here: Installation,
    client: Client,
    crowd: Sequence[tuple[SlowClient, int]],
    *,
    seconds: float,
    quiet: float = 3.0,
    clients: int = 5,
) -> Slow:
    """Let guests order undisturbed; then open all useless connections at once, and keep them as long as possible."""
    found, worker = Slow(), here.workers[0]
    before = client.traffic.answers.copy()
    await fill(here, client)
    async with service(here, client, clients, pause=0.3, hands=HANDS) as load_clients:
        await asyncio.sleep(quiet)
        found.quiet = list(load_clients.seconds)
        found.before = found.most = memory_of(worker)
        watching = asyncio.create_task(_watch_memory(worker, found))
        who = [slow_client for slow_client, count in crowd for _ in range(count)]
        stayed = await asyncio.gather(*(stay(worker.port, slow_client, seconds) for slow_client in who))
        watching.cancel()
        found.waits = load_clients.seconds[len(found.quiet) :]
    for slow_client, time in zip(who, stayed, strict=True):
        found.stayed.setdefault(slow_client.name, []).append(time)
    found.server_errors = server_errors(client.traffic.answers - before)
    found.account = await account_of(here, load_clients)
    return found


async def fill(here: Installation, client: Client) -> None:
    """Place open orders, which make a snapshot as large as on a busy evening."""
    pads = here.who.of_kind("pad")[:10]
    await LoadClients(client, pads, await read_menu(client, pads[0])).order(OPEN)


async def _watch_memory(worker: Server, found: Slow) -> None:
    while True:
        found.most = max(found.most, memory_of(worker))
        await asyncio.sleep(LOOK)


def memory_of(worker: Server, what: str = "VmRSS") -> int:
    """Return the bytes of memory that the process holds now, or with `VmHWM` its peak."""
    assert worker.process is not None
    fields = Path(f"/proc/{worker.process.pid}/status").read_text().split()
    return int(fields[fields.index(f"{what}:") + 1]) * 1024
