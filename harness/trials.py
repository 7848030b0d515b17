"""Trials of single promises: Redis away, frozen or emptied, a rolling restart, and lines that go dead silently."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from time import perf_counter

from harness.checker import Account, check, server_errors
from harness.installation import Installation
from harness.load_clients import HOUSE, Crew, LoadClients, log_in, read_menu
from harness.screens import Rules, Screen, missed, when_all
from harness.servers import Redis, Worker
from tools.simulator.client import Client

NEVER = float("inf")
BACK_SECONDS = 20.0
BREATH = 0.5  # seconds between two restarts, as a careful operator leaves
LOOK_SECONDS = 30.0
ASK_ONCE = 5  # pads of the control
HANDS = 2  # people in the crew, enough to keep up
ENDLESS = 1_000_000_000
AWAY, FROZEN, FLUSHED = "away", "frozen", "flushed"


@dataclass
class Behind:
    """The lag of the screens while a part was away, and the answers to the pads."""

    seconds: list[float]
    server_errors: int
    busy: int  # 503 with Retry-After
    account: Account
    waits: list[float] = field(default_factory=list)  # seconds until the pads' answers

    @property
    def furthest(self) -> float:
        return max(self.seconds, default=NEVER)


@asynccontextmanager
async def service(
    here: Installation, client: Client, clients: int, pause: float, hands: int = 0
) -> AsyncIterator[LoadClients]:
    """Let guests order with short pauses until the block ends.

    With a crew that closes orders a snapshot stays that of a busy evening; without one only orders are measured.
    At the end no pad starts an order, and all wait for their last answer: every request must be answered.
    """
    pads = here.who.of_kind("pad")[:clients]
    room = asyncio.Semaphore(HOUSE if hands else ENDLESS)
    load_clients = LoadClients(client, pads, await read_menu(client, pads[0]), pause=pause, room=room)
    crew = Crew(client, here.who, await log_in(client, here.who.login("waiter")), hands)
    ordering = asyncio.create_task(load_clients.order(ENDLESS))
    working = asyncio.create_task(crew.work(load_clients))
    try:
        yield load_clients
        load_clients.over = True
        await ordering
        crew.over = True
        await working
    finally:
        ordering.cancel()
        working.cancel()
        await asyncio.gather(ordering, working, return_exceptions=True)


async def account_of(here: Installation, load_clients: LoadClients) -> Account:
    """Check the orders of one service, without those of other services."""
    stored = await asyncio.to_thread(here.log.stored_orders)
    stored.orders = {mark: found for mark, found in stored.orders.items() if mark.startswith(f"{load_clients.name}-")}
    return check(load_clients.pad_orders, stored)


async def behind(
    here: Installation,
    client: Client,
    screens: Sequence[Screen],
    *,
    seconds: float,
    clients: int = 10,
    pause: float = 0.5,
) -> Behind:
    """Measure repeatedly for a while: the log's present place, and the time until every screen shows it."""
    before = client.traffic.answers.copy()
    found: list[float] = []
    async with service(here, client, clients, pause) as load_clients:
        patience = min(seconds, LOOK_SECONDS)
        until = perf_counter() + seconds
        while perf_counter() < until:
            began = perf_counter()
            placed = await asyncio.to_thread(here.log.last_placed)
            lag = perf_counter() - began
            times = await when_all(list(screens), lambda screen, seq=placed: screen.reached(seq), patience)  # type: ignore[misc]
            found += [NEVER if time is None else time + lag for time in times]
            await asyncio.sleep(0.1)
    answers = client.traffic.answers - before
    return Behind(
        seconds=found,
        server_errors=server_errors(answers),
        busy=answers[503],
        account=await account_of(here, load_clients),
        waits=load_clients.seconds,
    )


@asynccontextmanager
async def broken(redis: Redis, how: str) -> AsyncIterator[None]:
    """Take Redis away or freeze it; or empty it once a second until the block ends."""

    async def flush() -> None:
        while True:
            await asyncio.to_thread(redis.flush)
            await asyncio.sleep(1)

    if how != FLUSHED:
        {AWAY: redis.kill, FROZEN: redis.freeze}[how]()
        yield
        return
    flushing = asyncio.create_task(flush())
    try:
        yield
    finally:
        flushing.cancel()
        with suppress(asyncio.CancelledError):
            await flushing


@dataclass
class Restarted:
    """The figures of one group of screens after a rolling restart."""

    screens: int
    snapshots: int  # the first of each screen included
    dark: list[float]
    back: bool  # every screen is connected and shows the last order
    missed: int
    account: Account  # all guests, because the groups of screens share them
    server_errors: int

    @property
    def share(self) -> float:
        return self.snapshots / self.screens


async def rolling_restart(
    here: Installation,
    client: Client,
    groups: Sequence[Sequence[Screen]],
    rounds: int = 1,
    *,
    clients: int = 20,
    pause: float = 0.5,
) -> tuple[list[Restarted], Account]:
    """Terminate and restart every process, one after the other, while guests order.

    Returns the figures of each group of screens with the outcome of the orders, and as the control the outcome for pads
    that send each order only once while each process is killed.
    """
    before = client.traffic.answers.copy()
    everybody = [screen for group in groups for screen in group]
    async with service(here, client, clients, pause, HANDS) as load_clients:
        for worker in [*here.workers] * rounds:
            await _restart(worker, everybody)
    heads = await asyncio.to_thread(here.log.heads)
    await when_all(everybody, lambda screen: screen.has_come_to(heads), BACK_SECONDS)
    events = await asyncio.to_thread(here.log.order_events)
    account, errors = await account_of(here, load_clients), server_errors(client.traffic.answers - before)
    found = [
        Restarted(
            screens=len(group),
            snapshots=sum(screen.snapshots for screen in group),
            dark=[seconds for screen in group for seconds in screen.dark],
            back=all(screen.has_come_to(heads) for screen in group),
            missed=missed(group, events),
            account=account,
            server_errors=errors,
        )
        for group in groups
    ]
    return found, await asked_once(here, replace(client, patience=0.0))


async def _restart(worker: Worker, screens: list[Screen]) -> None:
    """Restart one process as a release does, and wait until every screen is connected again."""
    await asyncio.to_thread(worker.terminate)
    await asyncio.to_thread(worker.start)
    await worker.ready()
    await when_all(screens, lambda screen: screen.live, BACK_SECONDS)
    await asyncio.sleep(BREATH)


async def asked_once(here: Installation, client: Client) -> Account:
    """Let pads order without pauses or retries while each process is killed, so that some receive no answer."""
    async with service(here, client, ASK_ONCE, pause=0.0) as hasty:
        for worker in here.workers:
            await asyncio.sleep(BREATH)
            await asyncio.to_thread(worker.kill)
            await asyncio.to_thread(worker.start)
            await worker.ready()
    return await account_of(here, hasty)


@dataclass
class DeadLine:
    """Seconds until each screen was right again after all lines went dead, or NEVER."""

    seconds: list[float]
    dark: list[float]


async def dead_line(
    here: Installation, client: Client, groups: Sequence[Sequence[Screen]], patience: float
) -> list[DeadLine]:
    """Make every open line dead, place one order, and wait until the screens notice."""
    assert here.screens_line.swallow() >= sum(len(group) for group in groups)
    pads = here.who.of_kind("pad")[:1]
    load_clients = LoadClients(client, pads, await read_menu(client, pads[0]))
    await load_clients.order(1)
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
NO_POLL = {"DJANGO_SETTINGS_MODULE": "harness.settings.without_poll"}
GROUPS_IN_REDIS = {"DJANGO_SETTINGS_MODULE": "harness.settings.groups_in_redis"}
