"""The load generator: orders at once, orders in a closed loop, orders by the clock, sockets. Times in milliseconds.

It runs on a core of the same machine. `generator` is its share of one core while it measured: near 1 the figure tells
of the generator, not of the server.
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
from benchmarks.wire import HttpLine, SocketLine
from harness.table import percentile

Figures = dict[str, float]
PATIENCE = 60.0
JOINING = 50  # sockets that knock at the same time
SETTLE = 1.0
DRAIN = 10.0  # seconds for what is late; what is not heard by then is lost
GLANCE = 0.005
_ORDER_ID = re.compile(rb'"id": ?(\d+)')


@dataclass
class Clock:
    """What a measured stretch took."""

    seconds: float = 0.0
    share: float = 0.0


@contextmanager
def measured() -> Iterator[Clock]:
    """Time a stretch, and the generator's part in it. Its garbage waits until afterwards."""
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
    """Average, p50 and p99 in milliseconds."""
    if not seconds:
        return dict.fromkeys(("average ms", "p50 ms", "p99 ms"), inf)
    average, p50, p99 = sum(seconds) / len(seconds), percentile(seconds, 0.5), percentile(seconds, 0.99)
    return {"average ms": average * 1e3, "p50 ms": p50 * 1e3, "p99 ms": p99 * 1e3}


async def at_once(target: Contender, orders: int) -> Figures:
    """So many clients connect and order in the same instant; each is timed from its own first step."""
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
    """So many clients, each asking again as soon as it is answered; orders, unless told otherwise."""
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
    """Sockets and what they heard of new orders."""

    lines: list[SocketLine] = field(default_factory=list)
    greeted: int = 0
    heard: list[tuple[int, float]] = field(default_factory=list)  # order, when

    def on_text(self, text: bytes, at: float) -> None:
        if text.find(b'"new_order"', 0, 64) >= 0:
            found = _ORDER_ID.search(text)
            if found is not None:
                self.heard.append((int(found[1]), at))
        elif text.find(b'"initial"', 0, 64) >= 0:
            self.greeted += 1

    async def join(self, target: Contender, sockets: int) -> None:
        """Open sockets until each holds its snapshot."""
        door = asyncio.Semaphore(JOINING)

        async def one() -> None:
            async with door, asyncio.timeout(PATIENCE):
                self.lines.append(await target.watch(self.on_text))

        await asyncio.gather(*(one() for _ in range(sockets)))
        await until(lambda: self.greeted >= len(self.lines), PATIENCE * 2)
        if self.greeted < len(self.lines):
            raise TimeoutError


async def until(reached: Callable[[], bool], patience: float) -> None:
    """Wait for it, but not for ever."""
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
    """How long until so many sockets hold their snapshot."""
    with watching() as watchers, measured() as clock:
        await watchers.join(target, sockets)
    await asyncio.sleep(SETTLE)
    return {"seconds": clock.seconds, "generator": clock.share}


async def told(target: Contender, sockets: int, rate: int, seconds: float, patience: float = DRAIN) -> Figures:
    """From sending an order until each socket has heard of it, at so many orders a second."""
    with watching() as watchers:
        await watchers.join(target, sockets)
        await asyncio.sleep(SETTLE)
        with measured() as clock:
            sent, answered = await by_the_clock(target, rate, seconds)
        wanted = len(sent) * sockets
        await until(lambda: len(watchers.heard) >= wanted, patience)
        delays = [at - sent[order] for order, at in watchers.heard if order in sent]
        closed = sum(line.closed for line in watchers.lines)
    await asyncio.sleep(SETTLE)
    refused = round(rate * seconds) - len(sent)
    lost = wanted - len(delays)
    missing = {"lost": lost, "refused": refused, "cut off": closed}
    answer = {"answered p50 ms": percentile(answered, 0.5) * 1e3}
    return {**spread(delays), **answer, **missing, "generator": clock.share}


async def by_the_clock(target: Contender, rate: int, seconds: float) -> tuple[dict[int, float], list[float]]:
    """Orders at a steady rate, whether or not the earlier ones are answered: ({order: when it was sent}, how long each
    waited for its answer)."""
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
    """Memory of a socket that only watches. The first part of them pays for what all share, and is not counted."""
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
    """Memory under load that goes on: so many parts of so many seconds, tables emptied between them. What a process
    takes until half of them are over it needs; what it takes afterwards it never gives back."""
    resident, rounds = [], []
    with watching() as watchers, measured() as clock:
        await watchers.join(target, sockets)
        for _part in range(parts):
            rounds.append(await in_a_loop(target, clients, seconds))
            await target.begin_again()
            watchers.heard.clear()
            resident.append(target.resident_kib() / 1024)
        closed = sum(line.closed for line in watchers.lines)
    half = resident[len(resident) // 2 - 1]
    memory = {"MiB half way": half, "MiB at the end": resident[-1], "MiB at most": max(resident)}
    missing = {"failed": sum(each["failed"] for each in rounds), "cut off": closed}
    rate = sum(each["per second"] for each in rounds) / parts
    return {**memory, "end : half way": resident[-1] / half, "per second": rate, **missing, "generator": clock.share}
