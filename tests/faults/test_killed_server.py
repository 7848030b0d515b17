"""A kill -9 in the middle of a rush: acknowledged orders exist, and a retry succeeds without a second order.

The control sends the same retries without keys: the same check must then find doubled orders.
"""

import asyncio
import shutil
from collections import Counter
from dataclasses import dataclass, field

import aiohttp
import pytest
from django.conf import settings

from harness.opened import opened_folder
from harness.service import Running, Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="the embedded default; shown in its run"),
]

ORDERS = 400
KILL_AFTER = 30  # acknowledged orders before the kill; the others are in progress


@dataclass
class Rush:
    """Pads that order at the same time, each with a mark of its own in the order's note."""

    service: Service
    keyed: bool
    acknowledged: dict[str, int] = field(default_factory=dict)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def order(self, session: aiohttp.ClientSession, mark: str) -> None:
        """Try once. After a fault the pad does not know whether its order was placed."""
        headers = {"Authorization": f"Device {self.service.token('pad', 'Table 1')}"}
        headers |= {"Idempotency-Key": mark} if self.keyed else {}
        body = {"table": "Table 1", "items": [{"name": "Burger", "quantity": 1}], "note": mark}
        try:
            async with session.post(f"{self.service.url}/api/order", json=body, headers=headers) as answer:
                if answer.status in (200, 201):
                    placed = (await answer.json())["id"]
                    first = self.acknowledged.setdefault(mark, placed)
                    assert first == placed or not self.keyed, "a retry fetched another order"
        except (aiohttp.ClientError, TimeoutError):
            return
        if len(self.acknowledged) >= KILL_AFTER:
            self.enough.set()

    async def all_at_once(self, running: Running | None = None) -> None:
        """Let every pad try once; with `running` the server is killed meanwhile."""
        timeout = aiohttp.ClientTimeout(total=60)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            tries = [asyncio.create_task(self.order(session, f"mark-{number}")) for number in range(ORDERS)]
            if running is not None:
                await asyncio.wait_for(self.enough.wait(), 60)
                running.kill()
            await asyncio.gather(*tries)

    async def placed(self) -> Counter[str]:
        """Count the orders of each mark."""
        headers = {"Authorization": f"Device {self.service.token('integration')}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            answer = await session.get(f"{self.service.url}/api/orders?limit=500")
            return Counter(order["note"] for order in await answer.json())


async def rush_over_a_kill(running: Running, *, keyed: bool) -> tuple[dict[str, int], Rush, Counter[str]]:
    """Start a rush, kill the server meanwhile, restart it, and let every pad retry."""
    with running as service:
        rush = Rush(service, keyed)
        await rush.all_at_once(running)
        before = dict(rush.acknowledged)
        assert KILL_AFTER <= len(before) < ORDERS, "the kill came too late to prove anything"
        with running as service:
            rush.service = service
            for _ in range(3 if keyed else 1):
                await rush.all_at_once()
                if len(rush.acknowledged) == ORDERS:  # a 503 under load is no failure
                    break
            return before, rush, await rush.placed()


@pytest.fixture
def running(tmp_path, monkeypatch) -> Running:
    """Serve a restaurant with the embedded default and a limit that one pad's requests do not reach."""
    monkeypatch.setenv("RATE_PAD_ORDERS", "100000/min")
    shutil.copytree(opened_folder(25, 1) / "var", tmp_path / "var")
    return Running(tmp_path)


async def test_every_acknowledged_order_survives_and_retries_are_the_same_order(running):
    before, rush, placed = await rush_over_a_kill(running, keyed=True)
    assert set(rush.acknowledged) == {f"mark-{number}" for number in range(ORDERS)}
    assert {mark: rush.acknowledged[mark] for mark in before} == before
    assert placed == Counter(dict.fromkeys(rush.acknowledged, 1))


async def test_control_without_keys_the_same_retries_order_twice(running):
    before, _rush, placed = await rush_over_a_kill(running, keyed=False)
    assert sum(placed[mark] >= 2 for mark in before) >= KILL_AFTER // 2
