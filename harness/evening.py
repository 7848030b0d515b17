"""An evening under faults: guests, crew and screens against an installation that is broken again and again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter

import aiohttp

from harness.brigade import COURSES, acts_of, crew_of
from harness.brigade import HOUSE as KITCHEN
from harness.chaos import POSTGRES, REDIS, WORKER, Chaos, Recovery
from harness.checker import Account, check, server_errors
from harness.installation import Installation, Plan
from harness.load_clients import CREW, Crew, LoadClients, PadOrder, Token, read_menu
from harness.open_state import log_in_waiters, settled, unequal
from harness.proxy import Faults
from harness.screens import Pass, Program, Rules, Screen, Wall, missed, when_all
from tools.simulator.client import Client
from tools.simulator.credentials import Credentials
from tools.simulator.ledger import Traffic

PATIENCE = 300.0  # seconds for which a pad retries
WALLS = 6  # at most, in one restaurant


@dataclass(frozen=True)
class Load:
    """The numbers of orders, pads, screens and faults."""

    orders: int = 1000
    clients: int = 50
    screens: int = 12
    worker_kills: int = 2
    redis_restarts: int = 0
    postgres_kills: int = 0
    cut: float = 0.05  # share of the pads' answers
    whole_kitchen: bool = False  # two courses, the pass, and a crew with all actions

    @property
    def faults(self) -> list[str]:
        return [WORKER] * self.worker_kills + [REDIS] * self.redis_restarts + [POSTGRES] * self.postgres_kills


@dataclass
class Outcome:
    """The outcome of one evening."""

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
    alarmed: int  # unseen orders; justified while screens were away
    recoveries: dict[str, Recovery] = field(default_factory=dict)
    complaints: str = ""
    acts: Counter[str] = field(default_factory=Counter)  # a brigade's actions, by name

    @property
    def server_errors(self) -> int:
        return server_errors(self.answers)

    @property
    def problems(self) -> list[str]:
        """Return the broken promises in words, or an empty list."""
        counted = {
            "server errors": self.server_errors,
            "gaps in the log": self.gaps,
            "events missed by screens": self.missed,
            "events received twice": self.twice,
            "screens not equal to the database": self.unequal,
            "screens never back after a fault": sum(recovery.never for recovery in self.recoveries.values()),
        }
        return self.account.problems + [f"{count} {name}" for name, count in counted.items() if count]


@asynccontextmanager
async def opened(here: Installation) -> AsyncIterator[Client]:
    """Open a client on the pads' line; broken answers leave no half-open connection behind."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=50)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Client(session, (here.pads_line.url,), Traffic(), PATIENCE)


@asynccontextmanager
async def watched(
    here: Installation, client: Client, count: int, rules: Rules, *, passes: int = 0
) -> AsyncIterator[list[Screen]]:
    """Connect screens and wait for their first snapshots.

    Walls and programs are spread over the restaurants, and `passes` more screens show the pass.
    """
    screens = [
        screen
        for who, number in zip(here.houses, divided(count, len(here.houses)), strict=True)
        for screen in _screens_of(who, number, here, client, rules, passes)
    ]
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


def _screens_of(
    who: Credentials, count: int, here: Installation, client: Client, rules: Rules, passes: int
) -> list[Screen]:
    walls = min(WALLS, max(1, count // 4))
    kinds: list[tuple[type[Wall | Program | Pass], str]] = [(Wall, "kitchen")] * walls
    kinds += [(Program, "integration")] * (count - walls)
    kinds += [(Pass, "kitchen")] * passes
    url, house = here.screens_line.url, int(who.restaurant_id)
    return [kind(client.session, url, who.one(device).authorization, rules, house) for kind, device in kinds]


def divided(count: int, among: int) -> list[int]:
    """Divide a total into nearly equal parts."""
    each, rest = divmod(count, among)
    return [each + (place < rest) for place in range(among)]


@dataclass
class Service:
    """The guests and the crew of one restaurant."""

    load_clients: LoadClients
    crew: Crew
    orders: int


async def evening(plan: Plan, load: Load, *, keyed: bool = True, rules: Rules | None = None, name: str = "") -> Outcome:
    """Set up an installation, serve guests under faults, wait for the screens, and check the result."""
    async with Installation(plan) as here, opened(here) as client:
        waiters = await log_in_waiters(here, client)
        services = await _services(here, client, waiters, load, keyed)
        passes = 2 if load.whole_kitchen else 0
        async with watched(here, client, load.screens, rules or Rules(), passes=passes) as screens:
            chaos = Chaos(here, screens, lambda: sum(len(service.load_clients.seconds) for service in services))
            began = perf_counter()
            here.pads_line.faults = Faults(drop_answers=load.cut)
            await _serve(services, chaos, load)
            seconds = perf_counter() - began
            here.pads_line.faults = Faults()
            wrong = unequal(screens, await settled(here, client, screens, waiters))
            pad_orders = [pad_order for service in services for pad_order in service.load_clients.pad_orders]
            title = name or f"{plan.name}, {load.clients} pads"
            acts = acts_of([service.crew for service in services])
            title += f", {acts.total():,} acts in the kitchen" if acts else ""
            outcome = await _judge(title, here, client, pad_orders, screens, chaos, seconds, wrong)
            return replace(outcome, acts=acts)


async def _services(
    here: Installation, client: Client, waiters: Sequence[Token], load: Load, keyed: bool
) -> list[Service]:
    """Divide pads, orders and crew among the restaurants."""
    count = len(here.houses)
    clients, orders, hands = divided(load.clients, count), divided(load.orders, count), max(1, CREW // count)
    found = []
    for place, (who, waiter) in enumerate(zip(here.houses, waiters, strict=True)):
        pads = who.of_kind("pad")[: clients[place]]
        courses = len(COURSES) if load.whole_kitchen else 1
        load_clients = LoadClients(client, pads, await read_menu(client, pads[0]), keyed, courses=courses)
        if load.whole_kitchen:
            load_clients.room = asyncio.Semaphore(KITCHEN)
        crew = crew_of(client, who, waiter, hands, whole_kitchen=load.whole_kitchen)
        found.append(Service(load_clients, crew, orders[place]))
    return found


async def _serve(services: Sequence[Service], chaos: Chaos, load: Load) -> None:
    """Run guests and faults until both have finished; the crews work meanwhile."""
    working = [asyncio.create_task(service.crew.work(service.load_clients)) for service in services]
    try:
        raging = asyncio.create_task(chaos.rage(load.faults, load.orders))
        await asyncio.gather(*(service.load_clients.order(service.orders) for service in services))
        chaos.over = True
        await raging
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


async def _judge(
    name: str,
    here: Installation,
    client: Client,
    pad_orders: Sequence[PadOrder],
    screens: list[Screen],
    chaos: Chaos,
    seconds: float,
    wrong: int,
) -> Outcome:
    events = await asyncio.to_thread(here.log.order_events)
    programs = [screen for screen in screens if isinstance(screen, Program)]
    return Outcome(
        name=name,
        processes=len(here.workers),
        account=check(pad_orders, await asyncio.to_thread(here.log.stored_orders)),
        seconds=seconds,
        answers=client.traffic.answers,
        cut=here.pads_line.dropped,
        gaps=await asyncio.to_thread(here.log.gaps),
        missed=missed(screens, events),
        twice=sum(program.twice() for program in programs),
        unequal=wrong,
        screens=len(screens),
        snapshots=sum(screen.snapshots for screen in screens),
        darkest=max((dark for screen in screens for dark in screen.dark), default=0.0),
        alarmed=len(await asyncio.to_thread(here.log.alarmed)),
        recoveries=chaos.recoveries,
        complaints=here.complaints(),
    )
