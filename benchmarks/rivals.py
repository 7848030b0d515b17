"""Systems to compare with: another system (by URL, by command, or beside the project) or an earlier revision.

The systems that `make bench` knows are in a folder beside the project, if it exists. They need packages of their own,
in an environment of their own under VAR.
"""

import os
import shlex
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from benchmarks.contenders import ITEMS, TABLES, Contender, contender_of
from harness.database import connected
from harness.installation import Installation, Plan
from harness.servers import Postgres, Redis, Server
from harness.service import ROOT

BESIDE = ROOT.parent / "shared" / "bench" / "rivals"
PACKAGES = (
    "fastapi",
    "uvicorn[standard]",
    "databases",
    "aiosqlite",
    "sqlalchemy[asyncio]",
    "asyncpg",
    "orjson",
    "redis",
)
REDIS_PORT = 6379  # fixed in the code of the rival with several workers
# The tables that `strong_pg.py` reads and writes.
STRONG_TABLES = (
    "CREATE TABLE shop_table (id bigserial PRIMARY KEY, restaurant_id int NOT NULL, name text NOT NULL,"
    " UNIQUE (restaurant_id, name))",
    "CREATE TABLE shop_menuitem (id bigserial PRIMARY KEY, restaurant_id int NOT NULL, name text NOT NULL,"
    " price numeric(10, 2) NOT NULL, available bool NOT NULL DEFAULT true, UNIQUE (restaurant_id, name))",
    "CREATE TABLE shop_order (id bigserial PRIMARY KEY, restaurant_id int NOT NULL,"
    " table_id bigint NOT NULL REFERENCES shop_table, status text NOT NULL, total numeric(10, 2) NOT NULL,"
    " created_at timestamptz NOT NULL)",
    "CREATE INDEX shop_order_placed ON shop_order (restaurant_id, created_at DESC) WHERE status = 'placed'",
    "CREATE TABLE shop_orderline (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES shop_order,"
    " menu_item_id bigint NOT NULL REFERENCES shop_menuitem, name text NOT NULL, unit_price numeric(10, 2) NOT NULL,"
    " quantity int NOT NULL, line_total numeric(10, 2) NOT NULL)",
    "CREATE INDEX shop_orderline_order ON shop_orderline (order_id)",
)


class Command(Server):
    """A rival's processes: any command that serves on the given port."""

    def __init__(self, name: str, folder: Path, command: Sequence[str], settings: Mapping[str, str]) -> None:
        super().__init__(name, folder)
        self._command, self._settings = command, settings

    def command(self) -> Sequence[str | Path]:
        return [part.replace("{port}", str(self.port)).replace("{folder}", str(self.folder)) for part in self._command]

    def environment(self) -> Mapping[str, str]:
        return {**os.environ, "PORT": str(self.port), **self._settings}

    def serves(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False


class KnownRedis(Redis):
    """A Redis on the port that one rival requires; a running one is used."""

    def __init__(self, folder: Path) -> None:
        super().__init__("rival-redis", folder)
        self.port = REDIS_PORT


def python_for_rivals(given: str = "") -> str:
    """Return an interpreter with the packages of the known rivals, which is created on the first call."""
    if given:
        return given
    folder = (ROOT / os.environ.get("VAR", "var")).resolve() / "benchmarks" / "rivals"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "ready").touch()
    return str(python)


@dataclass(frozen=True)
class Known:
    """The folder of the known rivals' code, and the interpreter that runs it."""

    folder: Path
    python: str

    def serve(self, app: str, workers: int) -> list[str]:
        quiet = ("--log-level", "warning", "--no-access-log")
        where = ("--app-dir", str(self.folder), "--host", "127.0.0.1", "--port", "{port}")
        return [self.python, "-m", "uvicorn", app, *where, "--workers", str(workers), *quiet]


@asynccontextmanager
async def known_rival(plan: Plan, known: Known) -> AsyncIterator[Contender]:
    """Return the rival for this kind of installation, with as many workers as the product has processes."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bistro-rival.")))
        if plan.postgres:
            yield await _strong(stack, folder, known, plan.processes)
        else:
            yield await _seed(stack, folder, known)


async def _seed(stack: AsyncExitStack, folder: Path, known: Known) -> Contender:
    database = folder / "seed.sqlite3"
    server = Command("seed", folder, known.serve("seed_sqlite:app", 1), {"SEED_DB": str(database)})
    await _serve(stack, server)

    def empty() -> None:
        with connected(str(database)) as connection:
            connection.execute("DELETE FROM order_items")
            connection.execute("DELETE FROM orders")

    return Contender("seed", [server.port], servers=[server], empty=empty)


async def _strong(stack: AsyncExitStack, folder: Path, known: Known, workers: int) -> Contender:
    postgres = Postgres("rival-postgres", folder)
    await _serve(stack, postgres)
    redis = KnownRedis(folder)
    if not redis.serves():
        await _serve(stack, redis)
    address = postgres.create_database("rival")
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        for statement in STRONG_TABLES:
            cursor.execute(statement)
        cursor.executemany("INSERT INTO shop_table (restaurant_id, name) VALUES (1, %s)", [(name,) for name in TABLES])
        menu = [(item["name"],) for item in ITEMS]
        cursor.executemany("INSERT INTO shop_menuitem (restaurant_id, name, price) VALUES (1, %s, 9.90)", menu)
    settings = {"STRONG_DSN": address.replace("postgres://", "postgresql+asyncpg://", 1), "BUS": "redis"}
    server = Command("strong", folder, known.serve("strong_pg:app", workers), settings)
    await _serve(stack, server)

    def empty() -> None:
        with connected(address) as connection:
            connection.execute("UPDATE shop_order SET status = 'closed' WHERE status = 'placed'")

    return Contender(
        f"strong, {workers} worker{'s' if workers > 1 else ''}", [server.port], servers=[server], empty=empty
    )


@asynccontextmanager
async def commanded(command: str) -> AsyncIterator[Contender]:
    """Start a rival by a command in which `{port}` is its port and `{folder}` its data folder."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bistro-rival.")))
        server = Command("rival", folder, shlex.split(command), {})
        await _serve(stack, server)
        yield Contender("rival", [server.port], servers=[server])


@asynccontextmanager
async def at_url(url: str) -> AsyncIterator[Contender]:
    """Return a rival that is already running on this machine; load is not sent to other machines."""
    place = urlsplit(url)
    if place.hostname not in {"127.0.0.1", "localhost"} or place.scheme != "http":
        sys.exit(f"The rival must be served by this machine, over http: {url}")
    yield Contender("rival", [place.port or 80])


@asynccontextmanager
async def earlier(plan: Plan, revision: str) -> AsyncIterator[Contender]:
    """Serve this product at an earlier revision, in a work tree with today's environment."""
    with checked_out(revision) as folder:
        async with Installation(replace(plan, checkout=folder)) as here:
            yield contender_of(here, revision)


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Create a work tree of another revision for the duration of the measurement."""
    with tempfile.TemporaryDirectory(prefix="bistro-revision.") as folder:
        tree = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


async def _serve(stack: AsyncExitStack, server: Server) -> None:
    stack.callback(server.stop)
    server.start()
    await server.ready()
