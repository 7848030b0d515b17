"""The next release's migrations, applied by `manage.py migrate` to a large database while guests order."""

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

PAUSE = 0.5  # seconds between a pad's orders
BREATH = 1.0  # seconds of ordinary service before and after
LOOK = 0.02
CAREFUL = "harness.settings.careful_release"
NAIVE = "harness.settings.naive_release"
TABLES = ("orders_order", "orders_orderline")
# Lock modes that block an order's ROW EXCLUSIVE. A waiting request for one blocks all later requests too.
IN_THE_WAY = """
    SELECT l.pid, c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.locktype = 'relation' AND c.relname = ANY (%s)
    AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""


class Locks:
    """The time for which a lock that blocks orders was held or requested on one of the two tables."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked = asyncio.Event()
        self.longest = 0.0

    async def watch(self) -> None:
        """Poll the locks until cancelled."""
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
        """Read both tables in one transaction, which stays open after the migration requests a lock.

        The transaction ends `seconds` after that request.
        """
        async with await psycopg.AsyncConnection.connect(self.address) as connection:
            for table in TABLES:
                await connection.execute(f"SELECT * FROM {table} LIMIT 1")
            reading.set()
            await self.asked.wait()
            await asyncio.sleep(seconds)


@dataclass
class Drilled:
    """The figures of one migration, and its effects on the guests."""

    account: Account
    server_errors: int  # 503 included, because a migration is no reason to refuse
    waits: list[float]  # seconds until the pads' answers
    locked: float  # longest time that a blocking lock was held or requested
    missed: int  # events that screens never received
    seconds: float  # duration of the migration
    output: str  # output of the command
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
    """Migrate under orders, while another transaction reads the tables for `report` seconds."""
    before, head = client.traffic.answers.copy(), await asyncio.to_thread(here.log.heads)
    async with service(here, client, clients, PAUSE, HANDS) as load_clients:
        await asyncio.sleep(BREATH)
        async with _watched_locks(here, report) as locks:
            began = perf_counter()
            done = await asyncio.to_thread(migrate, here, release, *given)
            seconds = perf_counter() - began
        await asyncio.sleep(BREATH)
    heads = await asyncio.to_thread(here.log.heads)
    await when_all(screens, lambda screen: screen.has_come_to(heads), BACK_SECONDS)
    answers = client.traffic.answers - before
    events = await asyncio.to_thread(here.log.order_events, min(place.last for place in head.values()))
    return Drilled(
        account=await account_of(here, load_clients),
        server_errors=sum(times for status, times in answers.items() if status >= 500),
        waits=load_clients.seconds,
        locked=locks.longest,
        missed=missed(screens, events),
        seconds=seconds,
        output=done.stderr,
        status=done.returncode,
    )


async def go_back(here: Installation, release: str) -> None:
    """Migrate back to the schema of the running release."""
    done = await asyncio.to_thread(migrate, here, release, "orders", LATEST, "--offline")
    assert done.returncode == 0, done.stderr[-3000:]


def migrate(here: Installation, release: str, *given: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py migrate` with the code of the next release, while the earlier one serves."""
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
