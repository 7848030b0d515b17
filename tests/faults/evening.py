"""One evening under faults: guests, crew and screens against an installation that is broken again and again."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import aiohttp

from bistro.simulator.client import Client
from bistro.simulator.ledger import Traffic
from tests.faults.chaos import POSTGRES, REDIS, WORKER, Chaos, Recovery
from tests.faults.checker import Account, check
from tests.faults.guests import Crew, Guests, log_in, read_menu
from tests.faults.installation import Installation, Plan
from tests.faults.proxy import Faults
from tests.faults.screens import Program, Rules, Screen, Wall, when_all

PATIENCE = 300.0  # seconds that a pad goes on trying
SETTLE = 60.0
WALLS = 6
COMPARED = ("id", "uid", "number", "status", "party", "total", "tax", "note", "version", "lines", "placed_at")


@dataclass(frozen=True)
class Load:
    """How much of everything."""

    orders: int = 1000
    clients: int = 50
    screens: int = 12
    worker_kills: int = 2
    redis_restarts: int = 0
    postgres_kills: int = 0
    cut: float = 0.05  # share of the pads' answers

    @property
    def faults(self) -> list[str]:
        return [WORKER] * self.worker_kills + [REDIS] * self.redis_restarts + [POSTGRES] * self.postgres_kills


@dataclass
class Outcome:
    """What an evening came to."""

    name: str
    processes: int
    account: Account
    seconds: float
    answers: Counter[int]
    cut: int
    gaps: int
    missed: int
    twice: int
    unequal: int
    screens: int
    snapshots: int
    darkest: float
    recoveries: dict[str, Recovery] = field(default_factory=dict)
    complaints: str = ""

    @property
    def server_errors(self) -> int:
        return sum(times for status, times in self.answers.items() if status >= 500 and status != 503)

    @property
    def problems(self) -> list[str]:
        """What is wrong, in words; nothing when all promises held."""
        counted = {
            "server errors": self.server_errors,
            "gaps in the log": self.gaps,
            "events missed by screens": self.missed,
            "events told twice": self.twice,
            "screens not equal to the database": self.unequal,
            "screens never back after a fault": sum(recovery.never for recovery in self.recoveries.values()),
        }
        return self.account.problems + [f"{count} {name}" for name, count in counted.items() if count]


@asynccontextmanager
async def opened(here: Installation) -> AsyncIterator[Client]:
    """A client of the pads' line. Broken answers leave no half-open connection behind."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=50)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Client(session, (here.pads_line.url,), Traffic(), PATIENCE)


@asynccontextmanager
async def watched(here: Installation, client: Client, count: int, rules: Rules) -> AsyncIterator[list[Screen]]:
    """Screens that are up and hold their first snapshot."""
    url, who = here.screens_line.url, here.who
    walls = min(WALLS, count // 4)
    screens: list[Screen] = [Wall(client.session, url, who.one("kitchen").authorization, rules) for _ in range(walls)]
    program = who.one("integration").authorization
    screens += [Program(client.session, url, program, rules) for _ in range(count - walls)]
    tasks = [asyncio.create_task(screen.watch()) for screen in screens]
    try:
        assert None not in await when_all(screens, lambda screen: screen.seq is not None, 30), "screens do not start"
        for screen in screens:
            screen.dark.clear()
        yield screens
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def evening(plan: Plan, load: Load, *, keyed: bool = True, rules: Rules | None = None, name: str = "") -> Outcome:
    """Set up, let everybody in, break things, settle, judge."""
    async with Installation(plan) as here, opened(here) as client:
        pads = here.who.of_kind("pad")[: load.clients]
        waiter = await log_in(client, here.who.login("waiter"))
        guests = Guests(client, pads, await read_menu(client, pads[0]), keyed)
        crew = Crew(client, here.who, waiter)
        async with watched(here, client, load.screens, rules or Rules()) as screens:
            chaos = Chaos(here, screens, lambda: len(guests.seconds))
            began = perf_counter()
            here.pads_line.faults = Faults(drop_answers=load.cut)
            await _serve(guests, crew, chaos, load)
            seconds = perf_counter() - began
            here.pads_line.faults = Faults()
            unequal = await _settled(here, client, screens, waiter)
            return await _judge(name or plan.name, here, client, guests, screens, chaos, seconds, unequal)


async def _serve(guests: Guests, crew: Crew, chaos: Chaos, load: Load) -> None:
    """Guests and faults until both are through; the crew works meanwhile."""
    working = asyncio.create_task(crew.work(guests))
    try:
        raging = asyncio.create_task(chaos.rage(load.faults, load.orders))
        await guests.order(load.orders)
        chaos.over = True
        await raging
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def _settled(here: Installation, client: Client, screens: list[Screen], reader: Any) -> int:
    """Nobody orders any more: give every screen time to arrive, then count those that show something else."""
    last = await asyncio.to_thread(here.log.last_order_event)
    placed = await asyncio.to_thread(here.log.last_placed)
    await when_all(screens, lambda screen: screen.reached(last if isinstance(screen, Program) else placed), SETTLE)
    await asyncio.sleep(1.5)  # a wall's last tickets may have gone after the last order came
    orders = {order["id"]: _compared(order) for order in await _all(client, "/api/v1/orders?status=open", reader)}
    tickets = {ticket["id"] for ticket in await _all(client, "/api/v1/tickets?status=open", reader)}
    return sum(not _shows(screen, orders, tickets) for screen in screens)


def _shows(screen: Screen, orders: dict[int, Any], tickets: set[int]) -> bool:
    if isinstance(screen, Program):
        return {pk: _compared(order) for pk, order in screen.orders.items()} == orders
    return isinstance(screen, Wall) and screen.tickets == tickets


def _compared(order: dict[str, Any]) -> dict[str, Any]:
    return {name: order[name] for name in COMPARED}


async def _all(client: Client, path: str, reader: Any) -> list[dict[str, Any]]:
    """Every page of a list that stands still."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(f"{path}&limit=200&offset={len(found)}", credential=reader)
        assert answer.ok, answer.body
        found += answer.body["results"]
        if not answer.body["next"]:
            return found


async def _judge(
    name: str,
    here: Installation,
    client: Client,
    guests: Guests,
    screens: list[Screen],
    chaos: Chaos,
    seconds: float,
    unequal: int,
) -> Outcome:
    events = await asyncio.to_thread(here.log.order_events)
    programs = [screen for screen in screens if isinstance(screen, Program)]
    return Outcome(
        name=name,
        processes=len(here.workers),
        account=check(guests.wishes, await asyncio.to_thread(here.log.books)),
        seconds=seconds,
        answers=client.traffic.answers,
        cut=here.pads_line.dropped,
        gaps=await asyncio.to_thread(here.log.gaps),
        missed=sum(program.missed(events) for program in programs),
        twice=sum(program.twice() for program in programs),
        unequal=unequal,
        screens=len(screens),
        snapshots=sum(screen.snapshots for screen in screens),
        darkest=max((dark for screen in screens for dark in screen.dark), default=0.0),
        recoveries=chaos.recoveries,
        complaints=here.complaints(),
    )
