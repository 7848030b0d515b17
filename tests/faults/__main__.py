"""`python -m tests.faults`: everything that can break breaks, at full size; one table says what came of it."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from time import perf_counter

from rich.console import Console

from tests.faults.evening import Load, evening, opened, watched
from tests.faults.installation import Installation, Plan
from tests.faults.screens import SILENCE, Rules
from tests.faults.table import Row, behind_row, dead_line_row, evening_row, restart_row, show
from tests.faults.trials import FORGETFUL, STUBBORN, behind, dead_line, rolling_restart

NO_POLL = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings_without_poll"}


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    add = parser.add_argument
    add("--orders", type=int, default=10_000)
    add("--clients", type=int, default=500, help="pads that order at the same time")
    add("--screens", type=int, default=60)
    add("--worker-kills", type=int, default=20)
    add("--redis-restarts", type=int, default=5)
    add("--postgres-kills", type=int, default=3)
    add("--cut", type=float, default=0.05, help="share of the answers to pads that are cut off")
    add("--share", type=float, default=0.2, help="how much of it on SQLite, and for the controls")
    add("--seconds", type=float, default=20.0, help="how long Redis is away, and how long it is frozen")
    add("--restarts", type=int, default=10, help="of single processes in the rolling restart")
    add("--only", default="", help="only the parts whose name holds this word: postgresql, sqlite, control, lines")
    add("--markdown", action="store_true", help="print the table as Markdown")
    return parser.parse_args(given)


def full_load(wanted: argparse.Namespace) -> Load:
    return Load(
        orders=wanted.orders,
        clients=wanted.clients,
        screens=wanted.screens,
        worker_kills=wanted.worker_kills,
        redis_restarts=wanted.redis_restarts,
        postgres_kills=wanted.postgres_kills,
        cut=wanted.cut,
    )


def part_of(load: Load, share: float) -> Load:
    """The same evening in a smaller house."""
    sizes = {name: max(1, round(getattr(load, name) * share)) for name in ("orders", "clients", "worker_kills")}
    away = {name: round(getattr(load, name) * share) for name in ("redis_restarts", "postgres_kills")}
    return replace(load, **sizes, **away, screens=max(8, round(load.screens * share)))


async def whole_evenings(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Everything breaks, on each kind of installation; then without a protection."""
    full = full_load(wanted)
    small = part_of(full, wanted.share)
    scaled = Plan(processes=2, postgres=True, redis=True, pads=full.clients)
    embedded = replace(small, redis_restarts=0, postgres_kills=0)
    if wanted.only in "postgresql":
        yield evening_row(await evening(scaled, full))
    for processes in (1, 2):
        if wanted.only in "sqlite":
            yield evening_row(await evening(Plan(processes=processes, pads=embedded.clients), embedded))
    if wanted.only in "control":
        scaled = replace(scaled, pads=small.clients)
        name = "*control* PostgreSQL, without keys"
        yield evening_row(await evening(scaled, small, keyed=False, name=name), control=True)
        name = "*control* PostgreSQL, without catching up"
        yield evening_row(await evening(scaled, small, rules=Rules(catch_up=False), name=name), control=True)


async def redis_away(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Fifty orders a second at one process, screens at the other, and no Redis between them."""
    plans = [("frozen", "freeze", None), ("away", "kill", None), ("away, and nobody looks by himself", "kill", NO_POLL)]
    for what, how, settings in plans:
        plan = Plan(processes=2, postgres=True, redis=True, pads=25, settings=settings)
        seconds = wanted.seconds if settings is None else 5.0
        async with Installation(plan) as here, opened(here) as client:
            first, second = (worker.port for worker in here.workers)
            here.pads_line.upstreams, here.screens_line.upstreams = [first], [second]
            async with watched(here, client, 12, Rules()) as screens:
                getattr(here.redis, how)()
                found = await behind(here, client, screens, seconds=seconds, clients=25)
        mark = "*control* " if settings else ""
        yield behind_row(f"{mark}Redis {what} for {seconds:.0f} s", found, control=bool(settings))


async def lines(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Processes restarted one by one, and lines that die without a word."""
    async with Installation(Plan(processes=2, postgres=True, redis=True)) as here, opened(here) as client:
        rounds = max(1, wanted.restarts // 2)
        async with watched(here, client, 40, Rules()) as careful, watched(here, client, 10, FORGETFUL) as forgetful:
            ours, control = await rolling_restart(here, [careful, forgetful], rounds)
            yield restart_row(f"{rounds * 2} processes restarted one by one", ours)
            yield restart_row("*control* the same, screens without a cursor", control, control=True)
        async with watched(here, client, 20, Rules()) as careful, watched(here, client, 5, STUBBORN) as stubborn:
            ours, control = await dead_line(here, client, [careful, stubborn], patience=SILENCE + 10)
            yield dead_line_row("lines die without a word", ours)
            yield dead_line_row("*control* the same, without a watchdog", control, control=True)


async def run(wanted: argparse.Namespace, console: Console) -> bool:
    rows: list[Row] = []
    parts = [whole_evenings(wanted)]
    if wanted.only in "lines":
        parts += [redis_away(wanted), lines(wanted)]
    began = perf_counter()
    for part in parts:
        async for row in part:
            rows.append(row)
            verdict = "; ".join(row.problems) or "no complaint"
            console.print(f"{perf_counter() - began:5.0f} s  {row.name}: {verdict}", soft_wrap=True)
    return show(rows, console, markdown=wanted.markdown)


if __name__ == "__main__":
    asked = options()
    out = Console()
    out = Console(width=400 if asked.markdown else max(out.width, 200))
    sys.exit(0 if asyncio.run(run(asked, out)) else 1)
