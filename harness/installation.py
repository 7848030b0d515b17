"""A complete installation that can be broken: database, Redis, server processes and the lines to them."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from harness.opened import DATABASE, NO_LIMITS, open_restaurants, opened_folder
from harness.proxy import Proxy
from harness.servers import Postgres, Redis, Server, Worker
from harness.service import ROOT
from harness.stored_orders import Log
from tools.simulator.credentials import Credentials, demo_path, read_credentials


@dataclass(frozen=True)
class Plan:
    """The description of an installation."""

    processes: int = 1
    postgres: bool = False
    redis: bool = False
    pads: int = 25  # in each restaurant
    restaurants: int = 1
    hold_courses: bool = False  # later courses wait until they are fired
    disk: int = 0  # megabytes of a disk of its own for the data folder; 0: this machine's
    settings: Mapping[str, str] | None = None  # environment that switches a protection off
    checkout: Path = ROOT  # the code that is served

    @property
    def name(self) -> str:
        database = "PostgreSQL" if self.postgres else "SQLite"
        more = " + Redis" if self.redis else ""
        houses = f", {self.restaurants} restaurants" if self.restaurants > 1 else ""
        return f"{database}{more}, {self.processes} process{'es' if self.processes > 1 else ''}{houses}"


class Installation:
    """A running installation: `async with Installation(plan) as here:` sets up the restaurants and serves them.

    Nothing is left afterwards. Pads and screens have a line each, so that a broken answer to a pad does not break a
    screen.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.folder = Path(tempfile.mkdtemp(prefix="bistro-faults."))
        self.workers: list[Worker] = []
        self.redis: Redis | None = None
        self.postgres: Postgres | None = None
        self.log: Log
        self.houses: list[Credentials]  # credentials by restaurant
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
        if self.plan.disk:
            await asyncio.to_thread(unmount_disk, self.folder / "var")
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    async def _open(self) -> None:
        settings = {**NO_LIMITS, "VAR": str(self.folder / "var"), "PROCESSES": str(self.plan.processes)}
        opened = await asyncio.to_thread(self._opened)
        if self.plan.disk:
            await asyncio.to_thread(mount_disk, self.folder / "var", self.plan.disk)
        if self.plan.redis:
            self.redis = Redis("redis", self.folder)
            settings["REDIS_URL"] = self.redis.url
            await self._bring_up(self.redis)
        if self.plan.postgres:
            copied = opened and opened / "postgres"
            self.postgres = await asyncio.to_thread(Postgres, "postgres", self.folder, copied)
            await self._bring_up(self.postgres)
            settings["DATABASE_URL"] = self.postgres.address_of(DATABASE)
            if not opened:
                await asyncio.to_thread(self.postgres.create_database, DATABASE)
        self.log = Log(settings.get("DATABASE_URL") or str(self.folder / "var" / "bistro.sqlite3"))
        await asyncio.to_thread(self._furnish, settings, opened)
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

    def _opened(self) -> Path | None:
        """Return the restaurants to copy, or None if another checkout must create its own."""
        if self.plan.checkout != ROOT:
            return None
        return opened_folder(self.plan.pads, self.plan.restaurants, postgres=self.plan.postgres)

    def _furnish(self, settings: Mapping[str, str], opened: Path | None) -> None:
        """Put the restaurants into the data folder, and read their credentials."""
        var = self.folder / "var"
        if opened:
            shutil.copytree(opened / "var", var, dirs_exist_ok=True)
        else:
            open_restaurants(settings, self.plan.pads, self.plan.restaurants, self.plan.checkout)
        if self.plan.hold_courses:
            self.log.write("UPDATE core_restaurant SET hold_courses = TRUE")
        further = [var / f"demo-{number}.json" for number in range(2, self.plan.restaurants + 1)]
        self.houses = [read_credentials(path) for path in (demo_path(var), *further)]

    @property
    def who(self) -> Credentials:
        """Return the credentials of the first restaurant, which is the only one in most trials."""
        return self.houses[0]

    def complaints(self) -> str:
        """Return the errors that the server processes logged, for the report."""
        lines = [line for worker in self.workers for line in worker.log.read_text(errors="replace").splitlines()]
        return "\n".join(line for line in lines if "rror" in line or "Traceback" in line)


def mount_disk(folder: Path, megabytes: int) -> None:
    """Mount a disk of that size at a new folder. Only root may."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "bistro", folder], check=True)


def unmount_disk(folder: Path) -> None:
    """Take the disk away, also while a process still has a file of it open."""
    subprocess.run(["umount", "--lazy", folder], check=False)
