"""Screens that apply the frames of their socket, reconnect after every break, and record when they were dark.

Their rules are those of `static/js/live.js`: a cursor, any close code, at most three seconds between attempts, and a
watchdog of twelve seconds. Each rule can be switched off for a control.
"""

import asyncio
import json
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from time import perf_counter
from typing import Any

import aiohttp

from harness.stored_orders import Head

PROTOCOL = "bistro.v1"
SILENCE = 12.0
LONGEST_PAUSE = 3.0
REPORT_EVERY = 0.1
OVER_A_LIMIT, REFUSED_SECONDS = (4408, 4429), 10.0  # close codes after which no new connection is wanted for a while
CLOSED = frozenset({"delivered", "cancelled"})
_PASS = re.compile(r'<li id="pass-(\d+)" (data-order|hx-swap-oob="delete")')
_TICKET = re.compile(r'<li id="ticket-(\d+-\d+)" (data-order|hx-swap-oob="delete")')  # order, fired course


@dataclass(frozen=True)
class Rules:
    """The protections of a screen. The defaults are the product's; other values are for controls."""

    watchdog: float = SILENCE
    cursor: bool = True  # resume from the last place; else request a snapshot
    catch_up: bool = True  # apply what a new connection sends first; else only later events
    report: bool = True  # a wall reports the displayed tickets
    pause: float = 0.25  # seconds before the first attempt to reconnect


@dataclass
class Connection:
    """The places that one connection received."""

    start: int | None = None  # the place of the cursor or of the snapshot
    seqs: list[int] = field(default_factory=list)


class Screen:
    """A socket and the state of its screen. Subclasses apply the messages."""

    path = ""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        authorization: str,
        rules: Rules | None = None,
        restaurant: int = 0,
    ) -> None:
        self.session, self.url, self.rules = session, url, rules or Rules()
        self.authorization, self.restaurant = authorization, restaurant
        self.epoch: str | None = None
        self.seq: int | None = None
        self.connections: list[Connection] = []
        self.snapshots = 0
        self.dark: list[float] = []
        self.dark_since: float | None = perf_counter()
        self.heard_at = perf_counter()
        self.refusals = 0  # connections that the server closed over a limit
        self._failures = 0
        self._skip_first = False

    def fold(self, message: dict[str, Any]) -> bool:
        """Apply a message to the state; return True for a snapshot."""
        raise NotImplementedError

    @property
    def live(self) -> bool:
        return self.dark_since is None

    def reached(self, seq: int) -> bool:
        """Return True if the screen shows everything up to a place of the log."""
        return self.live and self.seq is not None and self.seq >= seq

    def must_show(self, head: Head) -> int:
        """Return the place that the screen must have reached when its restaurant's log ends at that head."""
        raise NotImplementedError

    def has_come_to(self, heads: Mapping[int, Head]) -> bool:
        """Return True if the screen has reached the head of its own restaurant's log."""
        return self.reached(self.must_show(heads.get(self.restaurant, Head())))

    async def watch(self) -> None:
        """Stay connected until cancelled."""
        while True:
            refused = self.refusals
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._connect()
            self._went_dark()
            if self.refusals > refused:
                await asyncio.sleep(REFUSED_SECONDS)
                continue
            pause = min(LONGEST_PAUSE, self.rules.pause * 2 ** min(self._failures, 5))
            self._failures += 1
            await asyncio.sleep(pause * (0.5 + random.random() / 2))

    def _went_dark(self) -> None:
        if self.dark_since is None:
            self.dark_since = perf_counter()

    async def _connect(self) -> None:
        """Hold one connection; an attempt without an answer ends like a connection that falls silent."""
        timeout = aiohttp.ClientWSTimeout(ws_receive=None, ws_close=0.1)
        opening = self.session.ws_connect(
            self.url + self.path,
            protocols=(PROTOCOL,),
            headers={"Authorization": self.authorization},
            max_msg_size=0,
            timeout=timeout,
        )
        async with asyncio.timeout(self.rules.watchdog):
            socket = await opening
        async with socket:
            after = (self.seq, self.epoch) if self.rules.cursor and self.rules.catch_up else (None, None)
            self._skip_first = not self.rules.catch_up and self.snapshots > 0
            await socket.send_json({"hello": {"after": after[0], "epoch": after[1]}})
            self.connections.append(Connection(after[0]))
            reporting = asyncio.create_task(self._report(socket))
            try:
                await self._hear(socket)
            finally:
                reporting.cancel()

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.heard_at = perf_counter()
        while True:
            try:
                frame = await socket.receive(timeout=self.rules.watchdog)
            except TimeoutError:
                self.dark_since = self.dark_since or self.heard_at  # the screen was dark before the watchdog fired
                raise
            if frame.type is not aiohttp.WSMsgType.TEXT:
                self.refusals += socket.close_code in OVER_A_LIMIT
                return
            self.take(parsed(frame.data))

    def take(self, message: dict[str, Any]) -> None:
        """Process one message: end the dark period, then apply the message."""
        now = perf_counter()
        if self.dark_since is not None:
            self.dark.append(now - self.dark_since)
        self.dark_since, self.heard_at, self._failures = None, now, 0
        if message["type"] == "heartbeat":
            return
        connection = self.connections[-1]
        skipped, self._skip_first = self._skip_first, False
        if skipped:
            connection.start = self.seq  # as if it had resumed from the last place
        elif self.fold(message):
            self.snapshots += 1
            connection.start, connection.seqs = message["seq"], []
        else:
            connection.seqs.append(message["seq"])
        self.seq, self.epoch = message["seq"], message["epoch"]

    def reports(self) -> bool:
        """Return True if the screen reports displayed tickets to the server."""
        return False

    async def _report(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        reported = None
        while self.reports() and not socket.closed:
            await asyncio.sleep(REPORT_EVERY)
            if self.seq is not None and self.seq != reported:
                reported = self.seq
                with suppress(aiohttp.ClientError, ConnectionError):
                    await socket.send_json({"seen": reported})


class Program(Screen):
    """The socket `/ws/orders`: every order of the restaurant, as JSON."""

    path = "/ws/orders"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.orders: dict[int, dict[str, Any]] = {}

    def fold(self, message: dict[str, Any]) -> bool:
        if message["type"] == "initial":
            self.orders = {order["id"]: order for order in message["orders"]}
            return True
        if message["type"] == "menu_updated":
            return False
        order = message["order"]
        if order["status"] in CLOSED or message["action"] == "withdrawn":
            self.orders.pop(order["id"], None)
        else:
            self.orders[order["id"]] = order
        return False

    def must_show(self, head: Head) -> int:
        return head.last

    def missed(self, log: list[int]) -> int:
        """Count the events of the log that were not received between the start and the end of each connection."""
        missed = 0
        for connection in self.connections:
            if connection.start is not None and connection.seqs:
                received = set(connection.seqs)
                missed += sum(connection.start < seq <= connection.seqs[-1] and seq not in received for seq in log)
        return missed

    def twice(self) -> int:
        """Count the events that one connection received twice, or after a later one."""
        seqs = [connection.seqs for connection in self.connections]
        return sum(later <= earlier for one in seqs for earlier, later in pairwise(one))


class Wall(Screen):
    """The socket `/ws/kitchen/all/`: a ticket of each firing as fragments of a page, with reports of displayed ones."""

    path = "/ws/kitchen/all/"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tickets: set[str] = set()

    def fold(self, message: dict[str, Any]) -> bool:
        snapshot: bool = message["kind"] == "snapshot"
        if snapshot:
            self.tickets = set()
        for ticket, how in _TICKET.findall(message["html"]):
            if how == "data-order":
                self.tickets.add(ticket)
            else:
                self.tickets.discard(ticket)
        return snapshot

    def must_show(self, head: Head) -> int:
        return head.placed

    def reports(self) -> bool:
        return self.rules.report


class Pass(Screen):
    """The socket `/ws/kitchen/expo/`: the orders in work or on the pass, without reports."""

    path = "/ws/kitchen/expo/"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.orders: set[int] = set()

    def fold(self, message: dict[str, Any]) -> bool:
        snapshot: bool = message["kind"] == "snapshot"
        if snapshot:
            self.orders = set()
        for order, how in _PASS.findall(message["html"]):
            if how == "data-order":
                self.orders.add(int(order))
            else:
                self.orders.discard(int(order))
        return snapshot

    def must_show(self, head: Head) -> int:
        return head.placed


@lru_cache(maxsize=1024)
def parsed(text: str) -> dict[str, Any]:
    """Parse a message once for all screens of an audience, which receive the same text; callers must not change it."""
    message: dict[str, Any] = json.loads(text)
    return message


async def when_all(screens: Sequence[Screen], reached: Callable[[Screen], bool], patience: float) -> list[float | None]:
    """Return, for each screen, the seconds until it has reached the state; None if not within `patience`."""
    began = perf_counter()
    found: dict[int, float] = {}
    while len(found) < len(screens) and perf_counter() - began < patience:
        for place, screen in enumerate(screens):
            if place not in found and reached(screen):
                found[place] = perf_counter() - began
        await asyncio.sleep(0.02)
    return [found.get(place) for place in range(len(screens))]


def missed(screens: Iterable[Screen], events: Mapping[int, list[int]]) -> int:
    """Count the events of their restaurants' logs that the programs never received."""
    programs = [screen for screen in screens if isinstance(screen, Program)]
    return sum(program.missed(events.get(program.restaurant, [])) for program in programs)
