"""Single promises tried one by one: Redis away or frozen, a rolling restart, a line that dies without a word."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter

from bistro.simulator.client import Client
from tests.faults.guests import Guests, read_menu
from tests.faults.installation import Installation
from tests.faults.screens import Rules, Screen, when_all

NEVER = float("inf")
BACK_SECONDS = 20.0
ENDLESS = 1_000_000_000


@dataclass
class Behind:
    """While something was away: how far behind the screens were, and what the pads noticed."""

    seconds: list[float]
    server_errors: int
    busy: int  # 503 with Retry-After
    acknowledged: int
    waits: list[float] = field(default_factory=list)  # of the pads, for an answer

    @property
    def furthest(self) -> float:
        return max(self.seconds, default=NEVER)


@asynccontextmanager
async def service(here: Installation, client: Client, clients: int, pause: float) -> AsyncIterator[Guests]:
    """Guests who order and take a breath, until the block ends."""
    pads = here.who.of_kind("pad")[:clients]
    room = asyncio.Semaphore(ENDLESS)
    guests = Guests(client, pads, await read_menu(client, pads[0]), pause=pause, room=room)
    ordering = asyncio.create_task(guests.order(ENDLESS))
    try:
        yield guests
    finally:
        ordering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ordering


async def behind(
    here: Installation,
    client: Client,
    screens: Sequence[Screen],
    *,
    seconds: float,
    clients: int = 10,
    pause: float = 0.5,
) -> Behind:
    """For a while, again and again: what stands in the log now, and how long until every screen shows it."""
    before = client.traffic.answers.copy()
    found: list[float] = []
    async with service(here, client, clients, pause) as guests:
        until = perf_counter() + seconds
        while perf_counter() < until:
            began = perf_counter()
            placed = await asyncio.to_thread(here.log.last_placed)
            lag = perf_counter() - began
            times = await when_all(list(screens), lambda screen, seq=placed: screen.reached(seq), seconds)  # type: ignore[misc]
            found += [NEVER if time is None else time + lag for time in times]
            await asyncio.sleep(0.1)
    answers = client.traffic.answers - before
    errors = sum(times for status, times in answers.items() if status >= 500 and status != 503)
    return Behind(found, errors, answers[503], len(guests.seconds), guests.seconds)


@dataclass
class Restarted:
    """After a rolling restart."""

    screens: int
    snapshots: int  # all of them, the first of each screen included
    dark: list[float]
    back: bool

    @property
    def share(self) -> float:
        return self.snapshots / self.screens


async def rolling_restart(here: Installation, groups: Sequence[Sequence[Screen]], rounds: int = 1) -> list[Restarted]:
    """Every process is asked to end and started again, one after the other; what each group of screens noticed."""
    everybody = [screen for group in groups for screen in group]
    for _ in range(rounds):
        for worker in here.workers:
            await asyncio.to_thread(worker.terminate)
            await asyncio.to_thread(worker.start)
            await worker.ready()
            await when_all(everybody, lambda screen: screen.live, BACK_SECONDS)
    return [
        Restarted(
            screens=len(group),
            snapshots=sum(screen.snapshots for screen in group),
            dark=[seconds for screen in group for seconds in screen.dark],
            back=all(screen.live for screen in group),
        )
        for group in groups
    ]


@dataclass
class DeadLine:
    """After all lines died without a word: seconds until each screen was right again, or NEVER."""

    seconds: list[float]
    dark: list[float]


async def dead_line(
    here: Installation, client: Client, groups: Sequence[Sequence[Screen]], patience: float
) -> list[DeadLine]:
    """Swallow every open line, place one order, and wait for the screens to find out by themselves."""
    assert here.screens_line.swallow() >= sum(len(group) for group in groups)
    pads = here.who.of_kind("pad")[:1]
    guests = Guests(client, pads, await read_menu(client, pads[0]))
    await guests.order(1)
    placed = await asyncio.to_thread(here.log.last_placed)
    everybody = [screen for group in groups for screen in group]
    times = iter(await when_all(everybody, lambda screen: screen.reached(placed), patience))
    return [
        DeadLine(
            seconds=[NEVER if time is None else time for _, time in zip(group, times, strict=False)],
            dark=[seconds for screen in group for seconds in screen.dark],
        )
        for group in groups
    ]


STUBBORN = Rules(watchdog=3600.0)
FORGETFUL = Rules(cursor=False)
