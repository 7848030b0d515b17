"""The kitchen: a wall screen, and cooks who bump its tickets."""

from __future__ import annotations

import asyncio
import random
import re
from contextlib import suppress
from typing import Any

import aiohttp

from tools.simulator.client import Client, Credential, GaveUp
from tools.simulator.ledger import Ledger, Screen
from tools.simulator.sockets import Listener

TICKET_TAG = re.compile(r'<[^<>]*\sid="ticket-(\d+-\d+)"[^<>]*>')  # order and fired course
ORDER_ATTRIBUTE = re.compile(r'\sdata-order="(\d+)"')
PATH = "/ws/kitchen/all/"
STRANGERS_WAIT = 5.0
LOOK_EVERY = 0.1


def tickets_shown(html: str) -> list[tuple[str, int]]:
    """Return (name, order) of every ticket in a fragment. A removed ticket has no order."""
    found = []
    for tag in TICKET_TAG.finditer(html):
        order = ORDER_ATTRIBUTE.search(tag.group())
        if order:
            found.append((tag.group(1), int(order.group(1))))
    return found


class KitchenScreen(Listener):
    """A wall screen for all stations; reports displayed tickets to the server, as a real one does."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        credential: Credential,
        screen: Screen,
        cooks: Cooks | None = None,
    ) -> None:
        super().__init__(session, url, PATH, credential)
        self.screen = screen
        self.cooks = cooks

    def receive(self, message: dict[str, Any], at: float) -> None:
        """Record the first time that each order was on the screen."""
        if message.get("type") != "page":
            return
        self.screen.connects = self.connects
        self.screen.snapshots += message.get("kind") == "snapshot"
        for ticket, order in tickets_shown(message["html"]):
            self.screen.shown.setdefault(order, at)
            if self.cooks is not None:
                self.cooks.see(ticket, order)

    def displayed(self) -> int | None:
        """Return the last position, because each message is displayed at once."""
        return self.seq


class Cooks:
    """Cooks who cook a ticket of the board for a while, then bump it at every station.

    Tickets that are not of this run are left to the people at the wall.
    """

    def __init__(
        self, client: Client, ledger: Ledger, credential: Credential, *, cook_seconds: float, dice: random.Random
    ) -> None:
        self.client = client
        self.ledger = ledger
        self.credential = credential
        self.cook_seconds = cook_seconds
        self.dice = dice
        self.known: set[str] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.hands = asyncio.Semaphore(16)

    def see(self, ticket: str, order: int) -> None:
        """Begin with a ticket that has just appeared."""
        if ticket in self.known:
            return
        self.known.add(ticket)
        task = asyncio.create_task(self._cook(ticket, order))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _cook(self, ticket: str, order: int) -> None:
        """Cook and bump a ticket.

        The wall can be faster than the pad's answer, so the cook waits before a ticket counts as not of this run.
        """
        await asyncio.sleep(self.cook_seconds * self.dice.uniform(0.5, 1.5))
        if order not in self.ledger.ours:
            await asyncio.sleep(STRANGERS_WAIT)
            if order not in self.ledger.ours:
                self.known.discard(ticket)
                return
        await self._shown_everywhere(order)
        async with self.hands:
            try:
                for part in await self._open_parts(order):
                    await self._bump(part)
            except GaveUp:
                self.known.discard(ticket)
                self.ledger.complaints["bump: gave up"] += 1

    async def _open_parts(self, order: int) -> list[int]:
        """Return the tickets of an order that are still to cook. Raises GaveUp."""
        answer = await self.client.get(
            f"/api/v1/tickets?status=open&order={order}", credential=self.credential, process=order
        )
        if not answer.ok:
            self.ledger.complaints[f"tickets: {answer.code}"] += 1
            return []
        return [part["id"] for part in answer.body["results"]]

    async def _bump(self, part: int) -> None:
        answer = await self.client.post(f"/api/v1/tickets/{part}/bump", {}, credential=self.credential, process=part)
        if answer.ok or answer.status == 409:
            self.ledger.bumped += 1
        else:
            self.ledger.complaints[f"bump: {answer.code}"] += 1

    async def _shown_everywhere(self, order: int) -> None:
        """Wait until all walls show the ticket; a lagging wall of another process would never show a bumped one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(STRANGERS_WAIT):
                while not self.ledger.shown_everywhere(order):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_EVERY)
