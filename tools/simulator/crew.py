"""The crew beside the pads: the kitchen's screens, the programs' feed, cooks and waiters."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tools.simulator.client import Client, Credential, GaveUp
from tools.simulator.cooks import Cooks, KitchenScreen
from tools.simulator.credentials import Credentials, Device
from tools.simulator.ledger import Announcements, Ledger, Screen
from tools.simulator.options import Options
from tools.simulator.sockets import Listener
from tools.simulator.waiters import Bearer, OrderFeed, Waiters

FIRST_MESSAGE = 20.0
OPEN_TICKETS = "/api/v1/tickets?status=open&limit=200"
READY_ORDERS = "/api/v1/orders?status=ready&limit=200"


class SilentSockets(Exception):
    """A socket that the report depends on and that could not be opened."""


@dataclass(slots=True)
class Crew:
    """The people and sockets on duty."""

    client: Client
    kitchen: Credential
    programs: Credential
    cooks: Cooks | None = None
    waiters: Waiters | None = None

    async def check_lists(self) -> None:
        """Read the lists for work that no message will announce any more, as people do after a fault."""
        if self.cooks is None or self.waiters is None:
            return
        for ticket in await self._read(OPEN_TICKETS, self.kitchen):
            self.cooks.see(ticket["id"], ticket["order"])
        for order in await self._read(READY_ORDERS, self.programs):
            self.waiters.see(order["id"])

    async def _read(self, path: str, credential: Credential) -> list[dict[str, Any]]:
        try:
            answer = await self.client.get(path, credential=credential)
        except GaveUp:
            return []
        return list(answer.body["results"]) if answer.ok else []

    def cancel_work(self) -> list[asyncio.Task[None]]:
        """Cancel all work in progress."""
        tasks = [*(self.cooks.tasks if self.cooks else ()), *(self.waiters.tasks if self.waiters else ())]
        for task in tasks:
            task.cancel()
        return tasks


@asynccontextmanager
async def crew_on_duty(
    client: Client, options: Options, who: Credentials, ledger: Ledger, pads: Sequence[Device]
) -> AsyncIterator[Crew]:
    """Keep the crew on duty from before the first order until the last delivery."""
    crew = Crew(client, who.one("kitchen"), who.one("integration"))
    if options.cooks:
        await _hire(crew, options, who, ledger)
    listeners = _listeners(crew, options, ledger, pads)
    tasks = [asyncio.create_task(listener.listen()) for listener in listeners]
    try:
        await _all_hear(listeners)
        yield crew
    finally:
        tasks += crew.cancel_work()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _hire(crew: Crew, options: Options, who: Credentials, ledger: Ledger) -> None:
    """Create the cooks, who act as the kitchen's device, and the waiters, who log in."""
    bearer = Bearer(who.login("waiter"))
    await bearer.log_in(crew.client)
    crew.waiters = Waiters(crew.client, ledger, bearer)
    dice = random.Random(options.seed)  # nosec B311
    crew.cooks = Cooks(crew.client, ledger, crew.kitchen, cook_seconds=options.cook_seconds, dice=dice)


def _listeners(crew: Crew, options: Options, ledger: Ledger, pads: Sequence[Device]) -> list[Listener]:
    """Create a kitchen screen for every process, and the feed at the last one.

    Orders must therefore travel between the processes.
    """
    session, urls = crew.client.session, crew.client.urls
    ledger.screens = [Screen(url) for url in urls]
    listeners: list[Listener] = [
        KitchenScreen(session, screen.name, crew.kitchen, screen, None if number else crew.cooks)
        for number, screen in enumerate(ledger.screens)
    ]
    listeners.append(OrderFeed(session, urls[-1], crew.programs, ledger.announcements, crew.waiters))
    if options.pad_sockets:
        listeners += [
            OrderFeed(session, urls[number % len(urls)], device, Announcements()) for number, device in enumerate(pads)
        ]
    return listeners


async def _all_hear(listeners: Sequence[Listener]) -> None:
    """Wait for the first message of every socket."""
    try:
        async with asyncio.timeout(FIRST_MESSAGE):
            for listener in listeners:
                await listener.ready.wait()
    except TimeoutError:
        deaf = [listener for listener in listeners if not listener.ready.is_set()]
        raise SilentSockets(
            f"{len(deaf)} of {len(listeners)} sockets are silent; {deaf[0].address}: {deaf[0].problem or 'silent'}"
        ) from None
