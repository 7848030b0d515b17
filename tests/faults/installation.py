"""A whole installation that can be broken: database, Redis, server processes, and the two lines that lead to them."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bistro.simulator.credentials import Credentials, demo_path, read_credentials
from tests.browser.service import ROOT
from tests.faults.books import Log
from tests.faults.proxy import Proxy
from tests.faults.servers import Daphne, Postgres, Redis, Server, product_environment

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
    pads: int = 50
    settings: Mapping[str, str] | None = None  # environment of the server processes, to switch a protection off

    @property
    def name(self) -> str:
        database = "PostgreSQL" if self.postgres else "SQLite"
        more = " + Redis" if self.redis else ""
        return f"{database}{more}, {self.processes} process{'es' if self.processes > 1 else ''}"


class Installation:
    """`async with Installation(plan) as here:` sets up a restaurant and serves it; nothing is left afterwards.

    Pads and screens have a line each, so that a broken answer to a pad is not a broken screen.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.folder = Path(tempfile.mkdtemp(prefix="bistro-faults."))
        self.workers: list[Daphne] = []
        self.redis: Redis | None = None
        self.postgres: Postgres | None = None
        self.log: Log
        self.who: Credentials
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
        await asyncio.to_thread(self._open_restaurant, settings)
        settings |= self.plan.settings or {}
        for number in range(self.plan.processes):
            self.workers.append(Daphne(f"worker-{number}", self.folder, settings))
        await asyncio.gather(*(self._bring_up(worker) for worker in self.workers))
        ports = [worker.port for worker in self.workers]
        self.pads_line = await self._stack.enter_async_context(Proxy(ports, seed=1))
        self.screens_line = await self._stack.enter_async_context(Proxy(ports, seed=2))

    async def _bring_up(self, server: Server) -> None:
        self._stack.callback(server.stop)
        await asyncio.to_thread(server.start)
        await server.ready()

    def _open_restaurant(self, settings: Mapping[str, str]) -> None:
        made = subprocess.run(
            [sys.executable, "-m", "tests.faults.open_restaurant", str(self.plan.pads)],
            env=product_environment(settings),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr[-3000:]
        self.who = read_credentials(demo_path(self.folder / "var"))

    def complaints(self) -> str:
        """What the server processes logged as errors, for a report that wants to know why."""
        lines = [line for worker in self.workers for line in worker.log.read_text(errors="replace").splitlines()]
        return "\n".join(line for line in lines if "rror" in line or "Traceback" in line)
