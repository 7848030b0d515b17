"""Backups of a large restaurant taken while guests order, and a restore of the last one on an empty machine."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bistro.core.ops.backups import STAMP, moment_of
from harness.installation import Installation
from harness.servers import product_environment
from harness.service import ROOT
from harness.trials import account_of, service
from tools.simulator.client import Client

PAUSE = 0.5  # seconds between a pad's orders
HANDS = 4
EARLIER = 12  # hours; a full archive stays the base of increments for a day
# The server starts a backup in its own session. Linux may group processes by session, and this one is not the server's.
YIELD = ("setsid", "--wait", "sh", "-c", 'echo 10 > /proc/self/autogroup; exec "$@"', "backup")


@dataclass
class BackedUp:
    """The figures of backups under orders, and of the restore."""

    orders: int = 0  # in the database when the last backup was made
    megabytes: float = 0.0  # of the database
    backups: list[dict[str, Any]] = field(default_factory=list)  # the answers of the command
    quiet: list[float] = field(default_factory=list)  # seconds of orders without a backup
    busy: list[float] = field(default_factory=list)  # seconds of orders during one
    restore_seconds: float = 0.0
    restored: int = 0  # orders in the restored database
    at_risk: float = 0.0  # longest time between a moment and the end of the backup that holds it
    log_left: int = 0  # bytes of `-wal` after a clean stop
    problems: list[str] = field(default_factory=list)


async def back_up_and_restore(here: Installation, client: Client, *, clients: int, seconds: float) -> BackedUp:
    """Order for some seconds without a backup, then during a full one and an increment; then restore the increment."""
    found = BackedUp()
    before = here.log.rows("SELECT count(*) FROM orders_order")[0][0]
    async with service(here, client, clients, PAUSE, HANDS) as load_clients:
        await asyncio.sleep(seconds)
        found.quiet = list(load_clients.seconds)
        for _full_then_increment in range(2):
            begun, seen = perf_counter(), len(load_clients.seconds)
            found.backups.append(await asyncio.to_thread(_back_up, here))
            found.at_risk = max(found.at_risk, perf_counter() - begun)
            found.busy += load_clients.seconds[seen:]
    found.problems += (await account_of(here, load_clients)).problems
    found.orders = here.log.rows("SELECT count(*) FROM orders_order")[0][0]
    assert found.orders > before
    await asyncio.to_thread(here.workers[0].terminate)
    found.log_left = _size(here.folder / "var" / "bistro.sqlite3-wal")
    found.megabytes = _size(here.folder / "var" / "bistro.sqlite3") / 1e6
    await asyncio.to_thread(_restore, here, found)
    return found


def _back_up(here: Installation) -> dict[str, Any]:
    """Make a backup as the schedule does: slowly, and with the least processor time."""
    done = _manage(here, "backup", "--scheduled", "--json", more={"BACKUP_SECONDS": "300"}, first=YIELD)
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return {**answer, "archive": str(_date_back(Path(answer["archive"])))}


def _date_back(archive: Path) -> Path:
    """Rename an archive and its key to hours before, so that the next backup is due at once. Return the new path."""
    moment = moment_of(archive.name)
    assert moment is not None
    earlier = archive.with_name(f"bistro-{moment - timedelta(hours=EARLIER):{STAMP}}")
    archive.rename(earlier)
    archive.with_name(f"{archive.name}.key").rename(earlier.with_name(f"{earlier.name}.key"))
    os.utime(earlier, (0, 0))  # as if it had taken no time
    return earlier


def _restore(here: Installation, found: BackedUp) -> None:
    """Restore the last archive into an empty data folder; the command itself compares rows and money."""
    var = here.folder / "restored"
    var.mkdir()
    begun = perf_counter()
    done = _manage(here, "restore", found.backups[-1]["archive"], more={"VAR": str(var)})
    found.restore_seconds = perf_counter() - begun
    if done.returncode:
        found.problems.append(f"restore ended with {done.returncode}: {done.stderr[-300:]}")
        return
    with closing(sqlite3.connect(var / "bistro.sqlite3")) as file:
        (found.restored,) = file.execute("SELECT count(*) FROM orders_order").fetchone()


def _manage(
    here: Installation, *words: str, more: Mapping[str, str], first: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    environment = product_environment({**here.workers[0].settings, **more})
    command = [*first, sys.executable, "manage.py", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def copy_by_hand(here: Installation, client: Client, *, clients: int, seconds: float) -> BackedUp:
    """Put an older file in the place of the database of a killed server, as a person would. It must not go well."""
    found, file = BackedUp(), here.folder / "var" / "bistro.sqlite3"
    older = here.folder / "older.sqlite3"
    async with service(here, client, clients, PAUSE) as _ordering:
        await asyncio.sleep(seconds)
        await asyncio.to_thread(_copy, file, older)
        found.orders = (await asyncio.to_thread(here.log.rows, "SELECT count(*) FROM orders_order"))[0][0]
        await asyncio.sleep(seconds)
    here.workers[0].kill()
    shutil.copy(older, file)
    try:
        with closing(sqlite3.connect(file)) as opened:
            (wrong,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
            (found.restored,) = opened.execute("SELECT count(*) FROM orders_order").fetchone()
        found.problems += [] if wrong == "ok" else [f"malformed: {wrong.splitlines()[-1]}"]
    except sqlite3.DatabaseError as error:
        found.problems.append(str(error))
    if found.restored != found.orders:
        found.problems.append(f"{found.restored} orders where {found.orders} were copied")
    return found


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
