"""A flood from one credential while guests order (harness.flooder).

A wall that connects must be served soon, and orders must reach a wall as on a quiet evening.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from harness.checker import Account, server_errors
from harness.flooder import Fate, Order, send_flood
from harness.installation import Installation
from harness.load_clients import LoadClients
from harness.screens import Rules, Wall
from harness.slow_clients import fill
from harness.trials import HANDS, NEVER, account_of, service
from tools.simulator.client import Client

# The caps of the product, which the other trials lift; and the same without caps and rates.
CAPPED = {"SOCKETS_PER_SCREEN": "10", "SOCKETS_PER_LOGIN": "20"}
UNCAPPED = {"DJANGO_SETTINGS_MODULE": "harness.settings.no_socket_limits"}
GUESTS, PAUSE = 8, 1.0
BEGIN_SECONDS = 2.0  # until all sockets of the flood have connected once
LOOK_EVERY = 2.0  # seconds between two walls that connect
PATIENCE = 30.0

Span = tuple[float, float]  # begin and end, as perf_counter tells them


@dataclass
class Flooded:
    """The figures before and during the flood."""

    quiet: list[float] = field(default_factory=list)  # seconds from an order to the wall
    flooded: list[float] = field(default_factory=list)
    quiet_connects: list[float] = field(default_factory=list)  # seconds until a new wall showed its snapshot
    connects: list[float] = field(default_factory=list)
    quiet_load: float = 0.0  # processor seconds of the server in a second
    load: float = 0.0
    fate: Fate = field(default_factory=Fate)
    account: Account = field(default_factory=Account)
    server_errors: int = 0


class TimedWall(Wall):
    """A wall that notes when each order appeared."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appeared: dict[int, float] = {}
        self.showing = asyncio.Event()

    def fold(self, message: dict[str, Any]) -> bool:
        now = perf_counter()
        for part in message["html"].split('data-order="')[1:]:
            self.appeared.setdefault(int(part.split('"', 1)[0]), now)
        snapshot = super().fold(message)
        self.showing.set()
        return snapshot


async def flood(
    here: Installation,
    client: Client,
    *,
    seconds: float,
    quiet: float,
    refusals: int = 0,
    rounds: int = 1,
    aim: Installation | None = None,
) -> Flooded:
    """Measure orders on their way to a wall: on a quiet evening, then under the flood of the last pad.

    Quiet and flooded times take turns for `rounds` rounds, because the p95 of one round alone differs by a half.
    With `aim` the flood is at another installation of this machine: what the processors that both share cost.
    """
    found, before = Flooded(), client.traffic.answers.copy()
    quiet_spans: list[Span] = []
    flooded_spans: list[Span] = []
    await fill(here, client)
    async with _watching(here, client) as wall, service(here, client, GUESTS, PAUSE, HANDS) as load_clients:
        for _round in range(rounds):
            with _span(quiet_spans):
                found.quiet_load += await _connect_walls(here, client, found.quiet_connects, quiet) / rounds
            order = await _order(aim or here, client, BEGIN_SECONDS + seconds, refusals)
            flooding = asyncio.create_task(send_flood(order))
            await asyncio.sleep(BEGIN_SECONDS)
            with _span(flooded_spans):
                found.load += await _connect_walls(here, client, found.connects, seconds) / rounds
                found.fate.add(await flooding)
            await asyncio.sleep(BEGIN_SECONDS)  # the last orders appear
        load_clients.over = True
        found.quiet = list(_waits(load_clients, wall, quiet_spans))
        found.flooded = list(_waits(load_clients, wall, flooded_spans))
    found.server_errors = server_errors(client.traffic.answers - before)
    found.account = await account_of(here, load_clients)
    return found


@contextmanager
def _span(spans: list[Span]) -> Iterator[None]:
    began = perf_counter()
    yield
    spans.append((began, perf_counter()))


def _waits(load_clients: LoadClients, wall: TimedWall, spans: list[Span]) -> Iterator[float]:
    """Yield the seconds until the wall showed it, for each order that was sent in one of the spans."""
    for order_id, sent in load_clients.began.items():
        if any(began < sent < ended for began, ended in spans):
            yield wall.appeared.get(order_id, NEVER) - sent


async def _order(there: Installation, client: Client, seconds: float, refusals: int) -> Order:
    """Return the order of a flood at an installation, whose position a wall tells."""
    async with _watching(there, client) as wall:
        assert wall.epoch is not None
        assert wall.seq is not None
        pad = there.who.of_kind("pad")[-1]
        return Order(_address(there), pad.authorization, wall.epoch, wall.seq, seconds, refusals)


@asynccontextmanager
async def _watching(here: Installation, client: Client) -> AsyncIterator[TimedWall]:
    """Connect a wall and wait for its snapshot."""
    wall = TimedWall(client.session, _address(here), here.who.one("kitchen").authorization, Rules())
    watching = asyncio.create_task(wall.watch())
    try:
        await wall.showing.wait()
        yield wall
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _connect_walls(here: Installation, client: Client, took: list[float], seconds: float) -> float:
    """Connect a new wall every two seconds, and note how long each waited for its snapshot.

    Returns the share of a processor that the server used meanwhile.
    """
    starts, busy = perf_counter(), here.workers[0].busy_seconds()
    until = starts + seconds
    while perf_counter() < until:
        began = perf_counter()
        try:
            async with asyncio.timeout(PATIENCE), _watching(here, client):
                took.append(perf_counter() - began)
        except TimeoutError:
            took.append(NEVER)
        await asyncio.sleep(LOOK_EVERY)
    return (here.workers[0].busy_seconds() - busy) / (perf_counter() - starts)


def _address(here: Installation) -> str:
    return f"http://127.0.0.1:{here.workers[0].port}"
