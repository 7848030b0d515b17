"""The load generator: orders at once, in a closed loop or at a steady rate, and sockets. Times are in milliseconds.

It runs on a core of the same machine. `generator` is its share of one core while it measured: near 1 the figure
describes the generator, not the server.
"""

import asyncio
import gc
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from time import perf_counter, process_time

from benchmarks.contenders import Contender
from harness.table import percentile
from harness.wire import HttpLine, SocketLine

Figures = dict[str, float]
PATIENCE = 60.0
JOINING = 50  # sockets that connect at the same time
SETTLE = 1.0
DRAIN = 10.0  # seconds until a missing announcement counts as lost
GLANCE = 0.005
_ORDER_ID = re.compile(rb'"id": ?(\d+)')


@dataclass
class Clock:
    """The figures of one measured period."""

    seconds: float = 0.0
    share: float = 0.0


@contextmanager
def measured() -> Iterator[Clock]:
    """Time a period and the generator's processor time in it, without garbage collection."""
    clock = Clock()
    gc.collect()
    gc.disable()
    began, worked = perf_counter(), process_time()
    try:
        yield clock
    finally:
        clock.seconds = perf_counter() - began
        clock.share = (process_time() - worked) / clock.seconds
        gc.enable()


def spread(seconds: Sequence[float]) -> Figures:
    """Return average, p50 and p99 in milliseconds."""
    if not seconds:
        return dict.fromkeys(("average ms", "p50 ms", "p99 ms"), inf)
    average, p50, p99 = sum(seconds) / len(seconds), percentile(seconds, 0.5), percentile(seconds, 0.99)
    return {"average ms": average * 1e3, "p50 ms": p50 * 1e3, "p99 ms": p99 * 1e3}


async def at_once(target: Contender, orders: int) -> Figures:
    """Connect that many clients and send an order from each at the same moment, timed from each client's start."""
    seconds: list[float] = []

    async def one() -> None:
        began = perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                line = await target.connect()
                answer = await line.ask(target.order())
        except (OSError, TimeoutError):
            return
        if answer.ok:
            seconds.append(perf_counter() - began)
        line.close()

    with measured() as clock:
        await asyncio.gather(*(one() for _ in range(orders)))
    return {"success": len(seconds) / orders, **spread(seconds), "generator": clock.share}


async def in_a_loop(target: Contender, clients: int, seconds: float, ask: Callable[[], bytes] | None = None) -> Figures:
    """Run that many clients, each sending its next request (an order by default) after each answer."""
    ask = ask or target.order
    times: list[float] = []
    failed = 0

    async def one(line: HttpLine, until: float) -> None:
        nonlocal failed
        while (began := perf_counter()) < until:
            try:
                async with asyncio.timeout(PATIENCE):
                    line = await target.connect() if line.closed else line
                    answer = await line.ask(ask())
            except (OSError, TimeoutError):
                failed += 1
                continue
            if answer.ok:
                times.append(perf_counter() - began)
            else:
                failed += 1

    lines = [await target.connect() for _ in range(clients)]
    busy = target.busy_seconds()
    with measured() as clock:
        until = perf_counter() + seconds
        await asyncio.gather(*(one(line, until) for line in lines))
    busy = target.busy_seconds() - busy
    for line in lines:
        line.close()
    counted = {"server ms each": busy / max(1, len(times)) * 1e3, "failed": failed, "generator": clock.share}
    return {"per second": len(times) / clock.seconds, **spread(times), **counted}


@dataclass
class Watchers:
    """Sockets and their announcements of new orders."""

    lines: list[SocketLine] = field(default_factory=list)
    greeted: int = 0
    received: list[tuple[int, float]] = field(default_factory=list)  # (order, time)

    def on_text(self, text: bytes, at: float) -> None:
        if text.find(b'"new_order"', 0, 64) >= 0:
            found = _ORDER_ID.search(text)
            if found is not None:
                self.received.append((int(found[1]), at))
        elif text.find(b'"initial"', 0, 64) >= 0:
            self.greeted += 1

    async def join(self, target: Contender, sockets: int) -> None:
        """Open sockets and wait until each has its snapshot."""
        joins = asyncio.Semaphore(JOINING)

        async def one() -> None:
            async with joins, asyncio.timeout(PATIENCE):
                self.lines.append(await target.watch(self.on_text))

        await asyncio.gather(*(one() for _ in range(sockets)))
        await until(lambda: self.greeted >= len(self.lines), PATIENCE * 2)
        if self.greeted < len(self.lines):
            raise TimeoutError


async def until(reached: Callable[[], bool], patience: float) -> None:
    """Wait for a condition, with a time limit."""
    for _ in range(round(patience / GLANCE)):
        if reached():
            return
        await asyncio.sleep(GLANCE)


@contextmanager
def watching() -> Iterator[Watchers]:
    watchers = Watchers()
    try:
        yield watchers
    finally:
        for line in watchers.lines:
            line.close()


async def joining(target: Contender, sockets: int) -> Figures:
    """Measure the time until that many sockets have their snapshot."""
    with watching() as watchers, measured() as clock:
        await watchers.join(target, sockets)
    await asyncio.sleep(SETTLE)
    return {"seconds": clock.seconds, "generator": clock.share}


async def announcing(target: Contender, sockets: int, rate: int, seconds: float, patience: float = DRAIN) -> Figures:
    """Measure the time from sending an order until each socket has announced it, at that rate of orders per second."""
    with watching() as watchers:
        await watchers.join(target, sockets)
        await asyncio.sleep(SETTLE)
        with measured() as clock:
            sent, answered = await by_the_clock(target, rate, seconds)
        wanted = len(sent) * sockets
        await until(lambda: len(watchers.received) >= wanted, patience)
        delays = [at - sent[order] for order, at in watchers.received if order in sent]
        closed = sum(line.closed for line in watchers.lines)
    await asyncio.sleep(SETTLE)
    refused = round(rate * seconds) - len(sent)
    lost = wanted - len(delays)
    missing = {"lost": lost, "refused": refused, "cut off": closed}
    answer = {"answered p50 ms": percentile(answered, 0.5) * 1e3}
    return {**spread(delays), **answer, **missing, "generator": clock.share}


async def by_the_clock(target: Contender, rate: int, seconds: float) -> tuple[dict[int, float], list[float]]:
    """Send orders at a steady rate, independently of the answers.

    Returns ({order: time of sending}, seconds until each answer).
    """
    sent: dict[int, float] = {}
    answered: list[float] = []
    idle = [await target.connect() for _ in range(rate)]

    async def one() -> None:
        line = idle.pop() if idle else await target.connect()
        began = perf_counter()
        async with asyncio.timeout(PATIENCE):
            answer = await line.ask(target.order())
        found = _ORDER_ID.search(answer.body)
        if answer.ok and found is not None:
            sent[int(found[1])] = began
            answered.append(perf_counter() - began)
        idle.append(line)

    start = perf_counter()
    asked = []
    for nth in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, start + nth / rate - perf_counter()))
        asked.append(asyncio.create_task(one()))
    await asyncio.gather(*asked, return_exceptions=True)
    for line in idle:
        line.close()
    return sent, answered


async def standing(target: Contender, sockets: int, seconds: float) -> Figures:
    """Measure the memory of an idle socket.

    The first part of the sockets is not counted, because it also pays for shared memory.
    """
    first = max(1, sockets // 4)
    with watching() as watchers, measured() as clock:
        await watchers.join(target, first)
        await asyncio.sleep(seconds)
        before = target.resident_kib()
        await watchers.join(target, sockets - first)
        await asyncio.sleep(seconds)
        after = target.resident_kib()
    await asyncio.sleep(SETTLE)
    return {"KiB a socket": (after - before) / max(1, sockets - first), "generator": clock.share}


async def enduring(target: Contender, clients: int, sockets: int, parts: int, seconds: float) -> Figures:
    """Measure memory under long load: parts of equal length, with the tables emptied between them.

    Memory that a process takes in the first half is needed; growth in the second half is a leak.
    """
    resident, rounds = [], []
    with watching() as watchers, measured() as clock:
        await watchers.join(target, sockets)
        for _part in range(parts):
            rounds.append(await in_a_loop(target, clients, seconds))
            await target.begin_again()
            watchers.received.clear()
            resident.append(target.resident_kib() / 1024)
        closed = sum(line.closed for line in watchers.lines)
    half = resident[len(resident) // 2 - 1]
    memory = {"MiB half way": half, "MiB at the end": resident[-1], "MiB at most": max(resident)}
    missing = {"failed": sum(each["failed"] for each in rounds), "cut off": closed}
    rate = sum(each["per second"] for each in rounds) / parts
    return {**memory, "end : half way": resident[-1] / half, "per second": rate, **missing, "generator": clock.share}
