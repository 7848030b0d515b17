"""The command `python -m benchmarks.pairs`: the processor time of an order, in pairs with an earlier revision.

Both revisions are served at once and measured in turns; each turn begins with the other one. The median of the ratios
is small enough in error to judge a few per cent.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from statistics import median

from rich.console import Console

from benchmarks.contenders import Contender, product
from benchmarks.load import in_a_loop
from benchmarks.rivals import earlier
from benchmarks.scenarios import CONFIGURATIONS

CLIENTS = 50


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairs", description=__doc__)
    add = parser.add_argument
    add("--revision", required=True, help="the git revision before")
    add("--pairs", type=int, default=10)
    add("--seconds", type=float, default=4.0, help="of each measurement")
    add("--configuration", choices=list(CONFIGURATIONS), default="embedded")
    return parser.parse_args(given)


async def ratios(wanted: argparse.Namespace) -> AsyncIterator[tuple[float, float]]:
    """Yield the milliseconds of processor time of an order, before and now, for each pair."""
    plan = CONFIGURATIONS[wanted.configuration]
    async with AsyncExitStack() as stack:
        before = await stack.enter_async_context(earlier(plan, wanted.revision))
        now = await stack.enter_async_context(product(plan))
        for contender in (before, now):
            await contender.warm_up()
            await in_a_loop(contender, CLIENTS, 1.0)
        for pair in range(wanted.pairs):
            turns = (before, now) if pair % 2 else (now, before)
            taken = {turn.name: await _milliseconds(turn, wanted.seconds) for turn in turns}
            yield taken[before.name], taken[now.name]


async def _milliseconds(contender: Contender, seconds: float) -> float:
    await contender.begin_again()
    return (await in_a_loop(contender, CLIENTS, seconds))["server ms each"]


async def run(wanted: argparse.Namespace) -> None:
    console = Console(highlight=False)
    found = []
    async for before, now in ratios(wanted):
        found.append(now / before)
        console.print(f"before {before:.3f} ms, now {now:.3f} ms, ratio {found[-1]:.3f}")
    console.print(f"median of {len(found)} ratios: {median(found):.3f}")


def main() -> None:
    """Measure the pairs and print each ratio and their median."""
    asyncio.run(run(options()))


if __name__ == "__main__":
    main()
