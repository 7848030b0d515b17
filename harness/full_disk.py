"""The trial of a full disk: guests order while the data folder's disk has no byte left, and after space returned."""

import asyncio
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import aiohttp

from harness.checker import Account, server_errors
from harness.installation import Installation
from harness.screens import Screen, when_all
from harness.trials import NEVER, account_of, service
from tools.simulator.client import Client

MEGABYTES = 96
NAMELESS = {"DJANGO_SETTINGS_MODULE": "harness.settings.nameless_disk"}
PATIENCE = 60.0
FULL = "storage_full"


@dataclass
class FullDisk:
    """The answers while the disk was full, and the seconds until orders and screens went on."""

    account: Account
    server_errors: int
    refused: Counter[str]  # codes of refused orders
    unhealthy: int  # /health said 503, of `asked`
    asked: int
    orders_back: float
    screens_back: list[float]


async def full_disk(
    here: Installation, client: Client, screens: list[Screen], *, seconds: float, clients: int = 25
) -> FullDisk:
    """Fill the disk under orders, ask meanwhile, make space again."""
    before = client.traffic.answers.copy()
    filler = here.folder / "var" / "filler"
    async with service(here, client, clients, 0.2) as load_clients:
        await asyncio.sleep(2)
        await asyncio.to_thread(fill, filler)
        refused, healths = await _ask_meanwhile(here, filler, seconds)
        filler.unlink()
        began = perf_counter()
        orders_back = await _until_placed(here, began)
    placed = await asyncio.to_thread(here.log.last_placed)
    times = await when_all(screens, lambda screen: screen.reached(placed), PATIENCE)
    return FullDisk(
        account=await account_of(here, load_clients),
        server_errors=server_errors(client.traffic.answers - before),
        refused=refused,
        unhealthy=healths[503],
        asked=healths.total(),
        orders_back=orders_back,
        screens_back=[NEVER if time is None else time for time in times],
    )


def fill(filler: Path) -> None:
    """Write until no byte fits."""
    with filler.open("ab", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                pass


async def _ask_meanwhile(here: Installation, filler: Path, seconds: float) -> tuple[Counter[str], Counter[int]]:
    """Order and ask for the health until orders were refused for some seconds. Freed bytes are filled again."""
    refused: Counter[str] = Counter()
    healths: Counter[int] = Counter()
    async with aiohttp.ClientSession() as session:
        until, deadline = NEVER, perf_counter() + PATIENCE
        while perf_counter() < min(until, deadline):
            await asyncio.to_thread(fill, filler)
            status, code = await _order(here, session)
            if status >= 400:
                until = min(until, perf_counter() + seconds)
                refused[code] += 1
                healths[await asyncio.to_thread(_health, here)] += 1
            await asyncio.sleep(0.05)
    return refused, healths


async def _order(here: Installation, session: aiohttp.ClientSession) -> tuple[int, str]:
    """Place a large order at the counter; return the status and the code of a refusal."""
    body = {"kind": "counter", "lines": [{"item": "Burger", "quantity": 1, "note": "x" * 150} for _ in range(40)]}
    headers = {"Authorization": here.who.one("integration").authorization, "Idempotency-Key": uuid4().hex}
    address = f"http://127.0.0.1:{here.workers[0].port}/api/v1/orders"
    async with session.post(address, json=body, headers=headers) as answer:
        problem = await answer.json(content_type=None)
        return answer.status, str(problem.get("code", ""))


def _health(here: Installation) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{here.workers[0].port}/health", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


async def _until_placed(here: Installation, began: float) -> float:
    """Return the seconds until an order is placed."""
    async with aiohttp.ClientSession() as session:
        while perf_counter() - began < PATIENCE:
            if (await _order(here, session))[0] == 201:
                return perf_counter() - began
            await asyncio.sleep(0.1)
    return NEVER
