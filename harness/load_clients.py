"""Load clients: pads that order, and a crew that keeps the number of open orders at that of a busy evening."""

import asyncio
import random
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from time import perf_counter
from typing import Any

from tools.simulator.card import Card, CardItem, read_card
from tools.simulator.client import Answer, Client, Credential, GaveUp
from tools.simulator.credentials import Credentials, Device, Login

HOUSE = 450  # most orders open or being placed; a snapshot of the programs holds 500
LEFT_OPEN = 100  # orders that the crew leaves open, so that screens have something to show
CREW = 32


@dataclass
class PadOrder:
    """An order that a pad requests, with its outcome."""

    mark: str
    item: CardItem
    quantity: int
    courses: int = 1  # the same line in each course
    order_id: int | None = None
    refused: str = ""
    answered: bool = False

    @property
    def expected(self) -> Decimal:
        return self.item.price * self.quantity * self.courses


@dataclass
class LoadClients:
    """Load clients that share `orders` orders among the pads, one order after another on each.

    With `keyed` off a retry is a new order to the server: the control.
    """

    client: Client
    pads: Sequence[Device]
    card: Card
    keyed: bool = True
    name: str = field(default_factory=lambda: secrets.token_hex(4))  # marks are unique among services
    courses: int = 1
    pause: float = 0.0  # seconds between a pad's orders, on average
    pad_orders: list[PadOrder] = field(default_factory=list)
    acknowledged: deque[int] = field(default_factory=deque)
    seconds: list[float] = field(default_factory=list)
    began: dict[int, float] = field(default_factory=dict)  # when each order was first sent, by its id
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HOUSE))
    over: bool = False  # no pad starts another order; started ones wait for their answer

    async def order(self, orders: int) -> None:
        """Let all pads order until the number is reached or the evening is over."""
        numbers = count(1)
        items = [item for item in self.card.items if item.available and item.portions_left is None]
        simple = [item for item in items if not any(group.min for group in item.groups)]
        dice = random.Random(orders)

        async def sit(pad: Device) -> None:
            await asyncio.sleep(self.pause * dice.random())  # pads do not start at the same moment
            while not self.over and (number := next(numbers)) <= orders:
                pad_order = PadOrder(
                    f"{self.name}-{number:06}", dice.choice(simple), dice.choice((1, 1, 1, 2, 3)), self.courses
                )
                await self.room.acquire()
                self.pad_orders.append(pad_order)
                await self.place(pad_order, pad)
                if pad_order.order_id is None:
                    self.room.release()
                await asyncio.sleep(self.pause * (0.5 + dice.random()))

        await asyncio.gather(*(sit(pad) for pad in self.pads))

    async def place(self, pad_order: PadOrder, pad: Device) -> None:
        """Send the order until there is a final answer."""
        began = perf_counter()
        path, body, key = self._request(pad_order, pad)
        try:
            answer = await self.client.post(path, body, credential=pad, key=key)
        except GaveUp:
            return
        pad_order.answered = True
        self.seconds.append(perf_counter() - began)
        if answer.ok:
            pad_order.order_id = answer.body["id"]
            self.acknowledged.append(answer.body["id"])
            self.began[answer.body["id"]] = began
        else:
            pad_order.refused = answer.code

    def _request(self, pad_order: PadOrder, pad: Device) -> tuple[str, dict[str, Any], str]:
        """Return (path, body, key); without keys the pads order by names, as those of the earlier systems do."""
        line = {"quantity": pad_order.quantity, "note": pad_order.mark}
        if self.keyed:
            lines = [
                {"item": pad_order.item.id, "course": course, **line} for course in range(1, pad_order.courses + 1)
            ]
            return "/api/v1/orders", {"lines": lines}, pad_order.mark
        return "/api/order", {"table": pad.table, "items": [{"name": pad_order.item.name, **line}]}, ""


@dataclass(frozen=True)
class Token:
    """A person's access token."""

    value: str

    @property
    def authorization(self) -> str:
        return f"Bearer {self.value}"


async def log_in(client: Client, login: Login) -> Token:
    """Log a person in and return the access token."""
    answer = await client.post("/auth/login", {"email": login.email, "password": login.password}, credential=None)
    assert answer.ok, answer.body
    return Token(answer.body["access_token"])


async def read_menu(client: Client, credential: Credential) -> Card:
    answer = await client.get("/api/v1/menu", credential=credential)
    assert answer.ok, answer.body
    return read_card(answer.body)


class Crew:
    """Cooks and waiters who close orders as fast as new ones come.

    Every tenth order is cooked and delivered; the others are cancelled, which is quicker.
    """

    left_open = LEFT_OPEN

    def __init__(self, client: Client, who: Credentials, waiter: Token, hands: int = CREW) -> None:
        self.client, self.waiter, self.hands = client, waiter, hands
        self.screen = who.one("kitchen")
        self.complaints: list[str] = []
        self.over = False  # no order is started; started ones are finished

    async def work(self, load_clients: LoadClients) -> None:
        """Close the oldest orders while too many are open, until the evening is over or the task is cancelled."""

        async def one() -> None:
            while not self.over:
                if len(load_clients.acknowledged) <= self.left_open:
                    await asyncio.sleep(0.05)
                    continue
                await self._close(load_clients.acknowledged.popleft())
                load_clients.room.release()

        await asyncio.gather(*(one() for _ in range(self.hands)))

    async def _close(self, order_id: int) -> None:
        try:
            if self.serves(order_id) and await self.serve(order_id):
                return
            await self._do(f"/api/v1/orders/{order_id}/cancel", self.waiter, {"reason": "Changed their mind"})
            await self.read_changes(order_id)
        except GaveUp as error:
            self.complaints.append(str(error))

    def serves(self, order_id: int) -> bool:
        """Return True if this order is cooked and not cancelled."""
        return order_id % 10 == 0

    async def serve(self, order_id: int) -> bool:
        """Cook and deliver the whole order; return True on success."""
        tickets = await self.client.get("/api/v1/tickets?status=open&limit=200", credential=self.screen)
        mine = [ticket["id"] for ticket in tickets.body["results"] if ticket["order"] == order_id] if tickets.ok else []
        for ticket in mine:
            await self._do(f"/api/v1/tickets/{ticket}/bump", self.screen)
        return bool(mine) and (await self._do(f"/api/v1/orders/{order_id}/deliver", self.waiter)).ok

    async def read_changes(self, order_id: int) -> None:
        """Acknowledge the cancellation as the cooks, so that the tickets leave the walls."""
        unread = f"/api/v1/tickets?status=unread&order={order_id}"
        tickets = await self.client.get(unread, credential=self.screen)
        for ticket in tickets.body["results"] if tickets.ok else []:
            await self._do(f"/api/v1/tickets/{ticket['id']}/read", self.screen)

    async def _do(self, path: str, credential: Credential, body: Any = None) -> Answer:
        """Send one action.

        A repeated action is refused if the answer to the first attempt was lost; only server errors are complaints.
        """
        answer = await self.client.post(path, body, credential=credential)
        if answer.status >= 500:
            self.complaints.append(f"{path}: {answer.code}")
        return answer
