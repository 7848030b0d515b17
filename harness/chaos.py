"""Faults while guests order, and the time until every screen is right again."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from harness.installation import Installation
from harness.screens import Screen, when_all

PATIENCE = 45.0  # seconds until a screen counts as lost
OUTAGE = 1.0  # seconds that Redis and PostgreSQL are away
WORKER, REDIS, POSTGRES = "worker killed", "Redis restarted", "PostgreSQL killed"


@dataclass
class Recovery:
    """The recovery from one kind of fault: seconds until each screen was right, and until an order was acknowledged."""

    screens: list[float] = field(default_factory=list)
    orders: list[float] = field(default_factory=list)
    never: int = 0
    times: int = 0


@dataclass
class Chaos:
    """A sequence of faults, spread over the evening."""

    here: Installation
    screens: Sequence[Screen]
    acknowledged: Callable[[], int]
    recoveries: dict[str, Recovery] = field(default_factory=dict)
    over: bool = False  # no more orders are placed
    healed: Callable[[], Awaitable[None]] | None = None  # called after each fault, when its recovery was measured

    async def rage(self, faults: Sequence[str], orders: int) -> None:
        """Spread the faults over the orders, in the same sequence in every run."""
        shuffled = random.Random(len(faults)).sample(faults, len(faults))
        for number, fault in enumerate(shuffled, start=1):
            while self.acknowledged() < orders * number / (len(faults) + 1):  # noqa: ASYNC110 - a count, not an event
                await asyncio.sleep(0.05)
            await self._break(fault, number)
            if self.healed is not None:
                await self.healed()

    async def _break(self, fault: str, number: int) -> None:
        """Break the part, restore it, and measure the recovery.

        The clock starts at the kill of a worker, because others go on serving, and at the return of Redis or
        PostgreSQL.
        """
        if fault == WORKER:
            worker = self.here.workers[number % len(self.here.workers)]
            worker.kill()
            measuring = asyncio.create_task(self._measure(fault))
            await asyncio.to_thread(worker.start)
            await worker.ready()
            await measuring
            return
        server = self.here.redis if fault == REDIS else self.here.postgres
        assert server is not None
        server.kill()
        await asyncio.sleep(OUTAGE)
        await asyncio.to_thread(server.start)
        await server.ready()
        await self._measure(fault)

    async def _measure(self, fault: str) -> None:
        """Wait until every screen has reached the log's present place and a pad is answered again."""
        recovery = self.recoveries.setdefault(fault, Recovery())
        recovery.times += 1
        began, before = perf_counter(), self.acknowledged()
        answered = asyncio.create_task(self._answered_again(before, began))
        heads = await asyncio.to_thread(self.here.log.heads)
        lag = perf_counter() - began
        seconds = await when_all(list(self.screens), lambda screen: screen.has_come_to(heads), PATIENCE)
        recovery.screens += [second + lag for second in seconds if second is not None]
        recovery.never += seconds.count(None)
        recovery.orders += await answered

    async def _answered_again(self, before: int, began: float) -> list[float]:
        """Return the seconds until a pad is answered, or None if no pad waits for an answer any longer."""
        while self.acknowledged() <= before and perf_counter() - began < PATIENCE:
            if self.over:
                return []
            await asyncio.sleep(0.01)
        return [perf_counter() - began]
