"""The waiters: they log in as staff do, follow the order feed, and deliver ready orders."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from tools.simulator.client import Answer, Client, Credential, GaveUp
from tools.simulator.credentials import Login
from tools.simulator.ledger import Announcements, Ledger
from tools.simulator.sockets import Listener

PATH = "/ws/orders"
UNAUTHORISED = 401


class NotLoggedIn(Exception):
    """A login in demo.json that was refused."""


class Bearer:
    """A member of staff with an access token."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self.authorization = "Bearer"

    async def log_in(self, client: Client) -> None:
        """Fetch an access token."""
        answer = await client.post(
            "/auth/login", {"email": self.login.email, "password": self.login.password}, credential=None
        )
        if not answer.ok:
            raise NotLoggedIn(f"{self.login.email} cannot log in: {answer.code}")
        self.authorization = f"Bearer {answer.body['access_token']}"


class OrderFeed(Listener):
    """The feed for programs: every new order once, then its changes."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        credential: Credential,
        announcements: Announcements,
        waiters: Waiters | None = None,
    ) -> None:
        super().__init__(session, url, PATH, credential)
        self.announcements = announcements
        self.waiters = waiters

    def receive(self, message: dict[str, Any], at: float) -> None:
        """Count announcements, and call a waiter for ready orders."""
        kind = message.get("type")
        if kind == "initial":
            self.announcements.connects = self.connects
            self.announcements.snapshots += 1
            for order in message["orders"]:
                self.announcements.present.add(order["id"])
                self._look(order)
        elif kind == "new_order":
            self.announcements.announce(message["order"]["id"], message["seq"], connection=self.connects)
            self._look(message["order"])
        elif kind == "order_updated":
            self._look(message["order"])

    def _look(self, order: dict[str, Any]) -> None:
        if self.waiters is not None and order.get("status") == "ready":
            self.waiters.see(order["id"])


class Waiters:
    """Waiters who deliver ready orders of this run; other orders are left to the people on the floor."""

    def __init__(self, client: Client, ledger: Ledger, bearer: Bearer) -> None:
        self.client = client
        self.ledger = ledger
        self.bearer = bearer
        self.known: set[int] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.hands = asyncio.Semaphore(16)

    def see(self, order: int) -> None:
        """Collect an order from the pass."""
        if order in self.known or order not in self.ledger.ours:
            return
        self.known.add(order)
        task = asyncio.create_task(self._deliver(order))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _deliver(self, order: int) -> None:
        async with self.hands:
            try:
                answer = await self._post(f"/api/v1/orders/{order}/deliver", order)
            except (GaveUp, NotLoggedIn):
                self.known.discard(order)
                self.ledger.complaints["deliver: gave up"] += 1
                return
        if answer.ok or _delivered_before(answer):
            self.ledger.delivered.add(order)
        else:
            self.known.discard(order)
            self.ledger.complaints[f"deliver: {answer.code}"] += 1

    async def _post(self, path: str, process: int) -> Answer:
        """Post as the waiter, with a new access token if the old one has expired."""
        answer = await self.client.post(path, {}, credential=self.bearer, process=process)
        if answer.status == UNAUTHORISED:
            await self.bearer.log_in(self.client)
            answer = await self.client.post(path, {}, credential=self.bearer, process=process)
        return answer


def _delivered_before(answer: Answer) -> bool:
    """Return True if the refusal means that an earlier attempt, whose answer was lost, did the work."""
    return isinstance(answer.body, dict) and answer.body.get("current") == "delivered"
