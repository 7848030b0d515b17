"""The next release's migrations, applied by `manage.py migrate` to a house with years behind it, while guests order."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

import psycopg

from harness.checker import Account
from harness.installation import Installation
from harness.releases import LATEST
from harness.screens import Screen, missed, when_all
from harness.service import ROOT
from harness.trials import BACK_SECONDS, HANDS, account_of, service
from tools.simulator.client import Client

PAUSE = 0.5  # two orders a second and pad
BREATH = 1.0  # of ordinary service before and after
LOOK = 0.02
CAREFUL = "harness.settings.careful_release"
NAIVE = "harness.settings.naive_release"
TABLES = ("orders_order", "orders_orderline")
# What an order waits for: it writes with ROW EXCLUSIVE. Who waits for such a lock holds up all who come after him.
IN_THE_WAY = """
    SELECT l.pid, c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.locktype = 'relation' AND c.relname = ANY (%s)
    AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""


class Locks:
    """How long each lock stood, or was asked for, that keeps orders out of one of the two tables."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked = asyncio.Event()
        self.longest = 0.0

    async def watch(self) -> None:
        """Until it is cancelled."""
        since: dict[tuple[int, str], float] = {}
        async with await psycopg.AsyncConnection.connect(self.address, autocommit=True) as connection:
            while True:
                standing = await (await connection.execute(IN_THE_WAY, [list(TABLES)])).fetchall()
                now = perf_counter()
                since = {(pid, table): since.get((pid, table), now) for pid, table in standing}
                self.longest = max([self.longest, *(now - began for began in since.values())])
                if since:
                    self.asked.set()
                await asyncio.sleep(LOOK)

    async def read_on(self, seconds: float, reading: asyncio.Event) -> None:
        """Somebody reads both tables in one transaction, and goes on so long after the migration wants one of them."""
        async with await psycopg.AsyncConnection.connect(self.address) as connection:
            for table in TABLES:
                await connection.execute(f"SELECT * FROM {table} LIMIT 1")
            reading.set()
            await self.asked.wait()
            await asyncio.sleep(seconds)


@dataclass
class Drilled:
    """What a migration came to, and what the guests noticed of it."""

    account: Account
    server_errors: int  # 503 included: nobody is told to come again for the sake of a migration
    waits: list[float]  # of the pads, for an answer
    locked: float  # the longest that one of the two tables was locked against orders, or such a lock was asked for
    missed: int  # events that screens were never told
    seconds: float  # that the migration took
    told: str  # by the command
    status: int


async def drill(
    here: Installation,
    client: Client,
    screens: Sequence[Screen],
    release: str,
    *given: str,
    report: float = 0.0,
    clients: int = 15,
) -> Drilled:
    """Migrate under orders, and under somebody's report that is read on for `report` seconds."""
    before, head = client.traffic.answers.copy(), await asyncio.to_thread(here.log.heads)
    async with service(here, client, clients, PAUSE, HANDS) as guests:
        await asyncio.sleep(BREATH)
        async with _watched_locks(here, report) as locks:
            began = perf_counter()
            done = await asyncio.to_thread(migrate, here, release, *given)
            seconds = perf_counter() - began
        await asyncio.sleep(BREATH)
    heads = await asyncio.to_thread(here.log.heads)
    await when_all(screens, lambda screen: screen.has_come_to(heads), BACK_SECONDS)
    answers = client.traffic.answers - before
    events = await asyncio.to_thread(here.log.order_events, min(place.told for place in head.values()))
    return Drilled(
        account=await account_of(here, guests),
        server_errors=sum(times for status, times in answers.items() if status >= 500),
        waits=guests.seconds,
        locked=locks.longest,
        missed=missed(screens, events),
        seconds=seconds,
        told=done.stderr,
        status=done.returncode,
    )


async def go_back(here: Installation, release: str) -> None:
    """To the schema that is served."""
    done = await asyncio.to_thread(migrate, here, release, "orders", LATEST, "--offline")
    assert done.returncode == 0, done.stderr[-3000:]


def migrate(here: Installation, release: str, *given: str) -> subprocess.CompletedProcess[str]:
    """As an operator does, with the code of that release, while the earlier one serves."""
    environment = {**here.workers[0].environment(), "DJANGO_SETTINGS_MODULE": release}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", *given]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@asynccontextmanager
async def _watched_locks(here: Installation, report: float) -> AsyncIterator[Locks]:
    locks, reading = Locks(here.log.address), asyncio.Event()
    tasks = [asyncio.create_task(locks.watch())]
    if report:
        tasks.append(asyncio.create_task(locks.read_on(report, reading)))
        await asyncio.wait_for(reading.wait(), BACK_SECONDS)
    try:
        yield locks
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
