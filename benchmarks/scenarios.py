"""The measures and their order: contenders take turns, so that a busy minute of the machine affects all of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial

from benchmarks.contenders import PADS, Contender, product
from benchmarks.load import Figures, announcing, at_once, enduring, in_a_loop, joining, standing
from benchmarks.old_house import PAGES, old_house
from harness.installation import Plan

CONFIGURATIONS = {
    "embedded": Plan(pads=PADS),
    "scaled-1": Plan(processes=1, postgres=True, redis=True, pads=PADS),
    "scaled-2": Plan(processes=2, postgres=True, redis=True, pads=PADS),
}
SLICES = 4
Opener = Callable[[Plan], AbstractAsyncContextManager[Contender]]


@dataclass(frozen=True)
class Sizes:
    """The sizes of all measures."""

    bursts: tuple[int, ...] = (10, 50, 100, 500, 2000)
    clients: int = 50
    seconds: float = 8.0  # of a closed loop, and of orders at a steady rate
    page_seconds: float = 1.0
    sockets: tuple[int, ...] = (1, 50, 500)
    rate: int = 50
    joining: int = 1000
    idle_seconds: float = 8.0
    parts: int = 12  # of a long load, one minute each
    part_seconds: float = 60.0
    old_orders: tuple[int, ...] = (1_000, 100_000, 1_000_000)


QUICK = Sizes(
    bursts=(10, 100),
    seconds=2.0,
    sockets=(1, 50),
    joining=100,
    idle_seconds=1.0,
    parts=2,
    part_seconds=2.0,
    old_orders=(1_000, 10_000),
)


@dataclass(frozen=True)
class Measure:
    """A measure with its name in the table."""

    name: str
    take: Callable[[Contender], Awaitable[Figures]]
    slices: int = 1  # turns in each run; small differences need short turns
    once: bool = False  # a single run on fresh servers


@dataclass(frozen=True)
class Result:
    """All runs of one measure. The first contender is the one under test."""

    configuration: str
    family: str
    measure: str
    runs: dict[str, list[Figures]]


def ordering(sizes: Sizes) -> list[Measure]:
    """Return the measures of throughput and response times of orders."""
    found = [Measure(f"{number:,} at once", partial(at_once, orders=number)) for number in sizes.bursts]
    for clients, name in ((sizes.clients, f"{sizes.clients} clients"), (1, "one client")):
        found.append(Measure(name, partial(in_a_loop, clients=clients, seconds=sizes.seconds)))
    return found


def watching(sizes: Sizes) -> list[Measure]:
    """Return the measures of the delay until sockets show an order."""
    measure = partial(announcing, rate=sizes.rate, seconds=sizes.seconds)
    found = [
        Measure(f"{number:,} socket{'s' * (number > 1)}, {sizes.rate} orders/s", partial(measure, sockets=number))
        for number in sizes.sockets
    ]
    return [*found, Measure(f"{sizes.joining:,} sockets join", partial(joining, sockets=sizes.joining))]


def standing_by(sizes: Sizes) -> list[Measure]:
    """Return the measure of an idle socket's memory.

    It runs once, because later sockets would use memory that earlier ones have freed.
    """
    take = partial(standing, sockets=sizes.joining, seconds=sizes.idle_seconds)
    return [Measure(f"{sizes.joining:,} idle sockets", take, once=True)]


def lasting(sizes: Sizes) -> list[Measure]:
    """Return the measure of memory growth under long load."""
    take = partial(enduring, clients=20, sockets=100, parts=sizes.parts, seconds=sizes.part_seconds)
    return [Measure(f"{sizes.parts * sizes.part_seconds / 60:.2g} minutes of 20 clients", take, once=True)]


def looking(sizes: Sizes) -> list[Measure]:
    """Return the measures that could grow with the number of old orders: placing, and the most used pages."""

    async def read_page(target: Contender, page: str) -> Figures:
        return await in_a_loop(target, 1, sizes.page_seconds, lambda: target.pages[page])

    placing = partial(in_a_loop, clients=1, seconds=sizes.page_seconds)
    seen = {page: partial(read_page, page=page) for page in PAGES}
    return [Measure(name, take, SLICES) for name, take in {"place an order": placing, **seen}.items()]


FAMILIES: dict[str, Callable[[Sizes], list[Measure]]] = {
    "orders": ordering,
    "sockets": watching,
    "memory": standing_by,
    "endurance": lasting,
    "growth": looking,
}


async def interleaved(measure: Measure, contenders: Sequence[Contender], runs: int) -> dict[str, list[Figures]]:
    """Run every contender in turn, beginning with another one each time. A contender that fails has fewer runs."""
    found: dict[str, list[Figures]] = {contender.name: [] for contender in contenders}
    for run in range(1 if measure.once else runs * measure.slices):
        first = run % len(contenders)
        for contender in [*contenders[first:], *contenders[:first]]:
            await contender.begin_again()
            try:
                found[contender.name].append(await measure.take(contender))
            except (OSError, TimeoutError):
                continue
            finally:
                await asyncio.to_thread(contender.empty)
    return found


async def measured(
    configuration: str, family: str, sizes: Sizes, runs: int, rivals: Sequence[Opener]
) -> AsyncIterator[Result]:
    """Measure one family on one configuration, with an installation that is removed afterwards."""
    plan = CONFIGURATIONS[configuration]
    async with AsyncExitStack() as stack:
        if family == "growth":
            contenders = [await stack.enter_async_context(old_house(plan, orders)) for orders in sizes.old_orders]
        else:
            contenders = [await stack.enter_async_context(product(plan))]
            contenders += [await stack.enter_async_context(rival(plan)) for rival in rivals]
        for measure in FAMILIES[family](sizes):
            yield Result(configuration, family, measure.name, await interleaved(measure, contenders, runs))
