"""The trial of clock steps: the server's clock is put back and forward during service (libfaketime)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from harness.checker import Account, server_errors
from harness.installation import Installation
from harness.load_clients import log_in
from harness.screens import Screen, when_all
from harness.trials import NEVER, account_of, service
from tools.simulator.client import Client

STEPS = (-300, 0, 300, -300)  # seconds beside the true time, one after the other
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
EXACT = {"DJANGO_SETTINGS_MODULE": "harness.settings.exact_clock"}


@dataclass
class Stepped:
    """The damage that the steps of the clock did."""

    account: Account
    server_errors: int
    signed_out: int  # steps after which an earlier login was refused
    misplaced: int  # steps after which the newest order was not the first of the list
    screens_back: list[float]


def faked(clock: Path, server: str) -> dict[str, str]:
    """Return the environment of a server whose clock is set by a file. Durations stay true."""
    clock.write_text("+0")
    fake = {"LD_PRELOAD": str(LIBRARIES[-1]), "FAKETIME_TIMESTAMP_FILE": str(clock)}
    return {**fake, "SERVER": server, "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


async def clock_steps(
    here: Installation, client: Client, screens: list[Screen], clock: Path, *, pause: float = 3.0
) -> Stepped:
    """Step the clock under orders. After each step use an earlier login, and read the list after an order."""
    before = client.traffic.answers.copy()
    signed_out = misplaced = 0
    async with service(here, client, 10, 0.3) as load_clients:
        for step in STEPS:
            login = await log_in(client, here.who.login("waiter"))
            await asyncio.to_thread(clock.write_text, f"{step:+}")
            await asyncio.sleep(pause)
            signed_out += (await _read(client, login))[0] == 401
            misplaced += not await _newest_is_first(here, client)
    placed = await asyncio.to_thread(here.log.last_placed)
    times = await when_all(screens, lambda screen: screen.reached(placed), 20.0)
    return Stepped(
        account=await account_of(here, load_clients),
        server_errors=server_errors(client.traffic.answers - before),
        signed_out=signed_out,
        misplaced=misplaced,
        screens_back=[NEVER if time is None else time for time in times],
    )


async def _read(client: Client, login: Any) -> tuple[int, Mapping[str, Any]]:
    answer = await client.get("/api/v1/orders?limit=200", credential=login)
    return answer.status, answer.body


async def _newest_is_first(here: Installation, client: Client) -> bool:
    """Place an order; return whether no order with a lower id is listed before it."""
    program = here.who.one("integration")
    body = {"kind": "counter", "lines": [{"item": "Burger", "quantity": 1}]}
    placed = await client.post("/api/v1/orders", body, credential=program, key=uuid4().hex)
    _, listed = await _read(client, program)
    ids = [order["id"] for order in listed["results"]]
    return placed.ok and ids == sorted(ids, reverse=True) and placed.body["id"] in ids
