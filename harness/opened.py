"""Restaurants opened once for a run of tests or trials, and copied by every installation that serves them."""

import asyncio
import atexit
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from harness.servers import Postgres, product_environment
from harness.service import ROOT

NO_LIMITS = {
    "RATE_PAD_ORDERS": "1000000/min",
    "RATE_INTEGRATION_ORDERS": "1000000/min",
    "RATE_CREDENTIAL": "1000000/min",
    # Hundreds of screens share a few credentials here.
    "SOCKETS_PER_SCREEN": "10000",
    "SOCKETS_PER_LOGIN": "10000",
    "SOCKETS_PER_INTEGRATION": "10000",
    "SOCKETS_PER_RESTAURANT": "10000",
    "SOCKETS_PER_ADDRESS": "10000",
    "LOG_LEVEL": "WARNING",
    "BACKUP_SECONDS": "0",  # the trial of backups makes its own
}
DATABASE = "bistro"


@cache
def opened_folder(pads: int, restaurants: int, *, postgres: bool = False) -> Path:
    """Return a folder with `var` and, on PostgreSQL, `postgres`: restaurants without orders, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="bistro-faults."))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = {**NO_LIMITS, "VAR": str(folder / "var")}
    if not postgres:
        open_restaurants(settings, pads, restaurants)
        return folder
    server = Postgres("postgres", folder)
    try:
        server.start()
        asyncio.run(server.ready())
        open_restaurants({**settings, "DATABASE_URL": server.create_database(DATABASE)}, pads, restaurants)
        server.shut_down()
        shutil.move(server.data, folder / "postgres")
    finally:
        server.stop()
    return folder


def open_restaurants(settings: Mapping[str, str], pads: int, restaurants: int, checkout: Path = ROOT) -> None:
    """Create database, restaurants and pads in this environment, with the code of a checkout."""
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
    """Return the program that creates restaurants in a checkout; earlier revisions have it elsewhere."""
    here = (checkout / "harness" / "open_restaurant.py").exists()
    return "harness.open_restaurant" if here else "tests.faults.open_restaurant"
