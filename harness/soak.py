"""A wall screen's weeks in short: sockets that live for seconds, and screens that reconnect each time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from harness.checker import Account, server_errors
from harness.installation import Installation
from harness.open_state import log_in_waiters, settled, unequal
from harness.screens import Rules, Screen, missed
from harness.trials import HANDS, account_of, service
from tools.simulator.client import Client

SHORT_SOCKETS = {"DJANGO_SETTINGS_MODULE": "harness.settings.short_sockets"}
DEAF = Rules(catch_up=False)


@dataclass
class Soaked:
    """The outcome of one group of screens."""

    screens: int
    rotations: int  # times that a screen was disconnected and returned
    snapshots: int  # the first of each screen included
    missed: int
    unequal: int
    dark: list[float]
    account: Account  # all guests, because the groups of screens share them
    server_errors: int


async def soak(
    here: Installation,
    client: Client,
    groups: Sequence[Sequence[Screen]],
    *,
    seconds: float,
    clients: int = 10,
    patience: float = 10.0,
) -> list[Soaked]:
    """Let guests order for a while; then check every group, after the time that its screens need to reconnect."""
    before = client.traffic.answers.copy()
    waiters = await log_in_waiters(here, client)
    async with service(here, client, clients, pause=0.5, hands=HANDS) as load_clients:
        await asyncio.sleep(seconds)
    states = await settled(here, client, [screen for group in groups for screen in group], waiters, patience)
    wrong = [unequal(group, states) for group in groups]
    events = await asyncio.to_thread(here.log.order_events)
    account, errors = await account_of(here, load_clients), server_errors(client.traffic.answers - before)
    return [
        Soaked(
            screens=len(group),
            rotations=sum(len(screen.connections) - 1 for screen in group),
            snapshots=sum(screen.snapshots for screen in group),
            missed=missed(group, events),
            unequal=wrongly,
            dark=[seconds for screen in group for seconds in screen.dark],
            account=account,
            server_errors=errors,
        )
        for group, wrongly in zip(groups, wrong, strict=True)
    ]
