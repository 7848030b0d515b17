"""The pads on the tables: they order, and retry with the same key until they have an answer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from time import perf_counter

from tools.simulator.client import Client, GaveUp
from tools.simulator.credentials import Device
from tools.simulator.ledger import Ledger, Placement
from tools.simulator.planned import PlannedOrder

MENU = "/api/v1/menu"
ORDERS = "/api/v1/orders"


class Pads:
    """All pads that take part; orders are distributed among them in turn."""

    def __init__(self, client: Client, ledger: Ledger, devices: Sequence[Device]) -> None:
        self.client = client
        self.ledger = ledger
        self.devices = tuple(devices)

    async def wake(self, etag: str) -> None:
        """Let every pad check its menu, as a real one does after it is switched on."""
        reads = (
            self.client.get(MENU, credential=device, process=number, etag=etag)
            for number, device in enumerate(self.devices)
        )
        await asyncio.gather(*reads)

    async def serve(self, orders: Sequence[PlannedOrder], *, rate: float) -> None:
        """Place all orders at `rate` per second, or all at once if it is 0.

        The rate does not depend on the answers, because guests do not order more slowly when the server is slow.
        """
        start = perf_counter()
        async with asyncio.TaskGroup() as guests:
            for number, order in enumerate(orders):
                if rate:
                    await asyncio.sleep(max(0.0, start + number / rate - perf_counter()))
                placement = Placement(order, secrets.token_urlsafe(18))
                self.ledger.placements.append(placement)
                guests.create_task(self.place(placement, number))

    async def place(self, placement: Placement, number: int) -> None:
        """Place one order from the next pad."""
        placement.sent_at = perf_counter()
        try:
            answer = await self.client.post(
                ORDERS,
                placement.order.body(),
                credential=self.devices[number % len(self.devices)],
                key=placement.key,
                process=number,
            )
        except GaveUp as problem:
            placement.problem = str(problem)
            return
        placement.answered_at = answer.at
        placement.status = answer.status
        if answer.ok:
            self.ledger.acknowledge(placement, answer.body["id"])
        else:
            placement.problem = answer.code
