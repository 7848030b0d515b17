"""A whole installation that can be broken: database, Redis, server processes, and the two lines that lead to them."""

import asyncio
import atexit
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from harness.books import Log
from harness.proxy import Proxy
from harness.servers import Postgres, Redis, Server, Worker, product_environment
from harness.service import ROOT
from tools.simulator.credentials import Credentials, demo_path, read_credentials

NO_LIMITS = {
    "RATE_PAD_ORDERS": "1000000/min",
    "RATE_INTEGRATION_ORDERS": "1000000/min",
    "RATE_CREDENTIAL": "1000000/min",
    "LOG_LEVEL": "WARNING",
}


@dataclass(frozen=True)
class Plan:
    """What to set up."""

    processes: int = 1
    postgres: bool = False
    redis: bool = False
    pads: int = 25  # in each restaurant
    restaurants: int = 1
    hold_courses: bool = False  # later courses wait until they are fired
    settings: Mapping[str, str] | None = None  # environment of the server processes, to switch a protection off
    checkout: Path = ROOT  # the code that is served

    @property
    def name(self) -> str:
        database = "PostgreSQL" if self.postgres else "SQLite"
        more = " + Redis" if self.redis else ""
        houses = f", {self.restaurants} restaurants" if self.restaurants > 1 else ""
        return f"{database}{more}, {self.processes} process{'es' if self.processes > 1 else ''}{houses}"


class Installation:
    """`async with Installation(plan) as here:` sets up a restaurant and serves it; nothing is left afterwards.

    Pads and screens have a line each, so that a broken answer to a pad is not a broken screen.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.folder = Path(tempfile.mkdtemp(prefix="bistro-faults."))
        self.workers: list[Worker] = []
        self.redis: Redis | None = None
        self.postgres: Postgres | None = None
        self.log: Log
        self.houses: list[Credentials]  # who may act, by restaurant
        self.pads_line: Proxy
        self.screens_line: Proxy
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    async def _open(self) -> None:
        settings = {**NO_LIMITS, "VAR": str(self.folder / "var"), "PROCESSES": str(self.plan.processes)}
        if self.plan.redis:
            self.redis = Redis("redis", self.folder)
            settings["REDIS_URL"] = self.redis.url
            await self._bring_up(self.redis)
        if self.plan.postgres:
            self.postgres = await asyncio.to_thread(Postgres, "postgres", self.folder)
            await self._bring_up(self.postgres)
            settings["DATABASE_URL"] = await asyncio.to_thread(self.postgres.create_database, "bistro")
        self.log = Log(settings.get("DATABASE_URL") or str(self.folder / "var" / "bistro.sqlite3"))
        await asyncio.to_thread(self._furnish, settings)
        if self.plan.postgres and self.plan.redis:
            settings["SERVER"] = "uvicorn"  # as behind deploy/local-cluster
        settings |= self.plan.settings or {}
        for number in range(self.plan.processes):
            self.workers.append(Worker(f"worker-{number}", self.folder, settings, self.plan.checkout))
        await asyncio.gather(*(self._bring_up(worker) for worker in self.workers))
        ports = [worker.port for worker in self.workers]
        self.pads_line = await self._stack.enter_async_context(Proxy(ports, seed=1))
        self.screens_line = await self._stack.enter_async_context(Proxy(ports, seed=2))

    async def _bring_up(self, server: Server) -> None:
        self._stack.callback(server.stop)
        await asyncio.to_thread(server.start)
        await server.ready()

    def _furnish(self, settings: Mapping[str, str]) -> None:
        """On SQLite the restaurants are a folder: opened once for a run, and copied by every installation."""
        var = self.folder / "var"
        if self.plan.postgres or self.plan.checkout != ROOT:
            open_restaurants(settings, self.plan.pads, self.plan.restaurants, self.plan.checkout)
        else:
            shutil.copytree(opened_folder(self.plan.pads, self.plan.restaurants), var)
        if self.plan.hold_courses:
            self.log.write("UPDATE core_restaurant SET hold_courses = TRUE")
        further = [var / f"demo-{number}.json" for number in range(2, self.plan.restaurants + 1)]
        self.houses = [read_credentials(path) for path in (demo_path(var), *further)]

    @property
    def who(self) -> Credentials:
        """Who may act in the first restaurant, which is the only one in most trials."""
        return self.houses[0]

    def complaints(self) -> str:
        """What the server processes logged as errors, for a report that wants to know why."""
        lines = [line for worker in self.workers for line in worker.log.read_text(errors="replace").splitlines()]
        return "\n".join(line for line in lines if "rror" in line or "Traceback" in line)


def open_restaurants(settings: Mapping[str, str], pads: int, restaurants: int, checkout: Path = ROOT) -> None:
    """Database, restaurants and pads, where these settings lead, by the code that will serve them."""
    made = subprocess.run(
        [sys.executable, "-m", opener(checkout), str(pads), str(restaurants)],
        env=product_environment(settings),
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]


def opener(checkout: Path) -> str:
    """Return the program that opens restaurants in a checkout; it stood elsewhere in earlier revisions."""
    here = (checkout / "harness" / "open_restaurant.py").exists()
    return "harness.open_restaurant" if here else "tests.faults.open_restaurant"


@cache
def opened_folder(pads: int, restaurants: int) -> Path:
    """The data folder of restaurants that nobody has ordered in. Nobody serves it: it is there to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="bistro-faults."))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_restaurants({**NO_LIMITS, "VAR": str(folder / "var")}, pads, restaurants)
    return folder / "var"
