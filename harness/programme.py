"""`python -m harness`: all fault trials at full size, with one table of results."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from rich.console import Console

from harness.alarms import alarms
from harness.backups import back_up_and_restore, copy_by_hand
from harness.clock_steps import EXACT, clock_steps, faked
from harness.crowds import crowding, flooding
from harness.drill import CAREFUL, NAIVE, drill, go_back
from harness.evening import Load, evening, opened, watched
from harness.full_disk import MEGABYTES, NAMELESS, full_disk
from harness.installation import Installation, Plan
from harness.lockout import APART, BY_ADDRESS, guess_at_all, knock_everywhere
from harness.old_orders import grow_old
from harness.paying import paying
from harness.saturday import saturday
from harness.screens import SILENCE, Rules
from harness.soak import DEAF, SHORT_SOCKETS, soak
from harness.table import (
    Row,
    alarm_row,
    asked_once_row,
    backup_row,
    behind_row,
    clock_row,
    dead_line_row,
    disk_row,
    drill_row,
    evening_row,
    limit_row,
    lockout_row,
    restart_row,
    show,
    soak_row,
)
from harness.trials import (
    AWAY,
    FLUSHED,
    FORGETFUL,
    FROZEN,
    GROUPS_IN_REDIS,
    NO_POLL,
    STUBBORN,
    behind,
    broken,
    dead_line,
    rolling_restart,
)


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    add = parser.add_argument
    add("--orders", type=int, default=10_000, help="orders of the full evening on PostgreSQL")
    add("--clients", type=int, default=500, help="pads that order at the same time")
    add("--screens", type=int, default=60, help="screens of that evening")
    add("--restaurants", type=int, default=5, help="restaurants, which share pads and screens")
    add("--worker-kills", type=int, default=20, help="kills of a server process")
    add("--redis-restarts", type=int, default=5, help="restarts of Redis")
    add("--postgres-kills", type=int, default=3, help="kills of PostgreSQL")
    add("--cut", type=float, default=0.05, help="share of the answers to pads that are cut off")
    add("--share", type=float, default=0.2, help="share of these numbers on SQLite and for the controls")
    add("--away", type=float, default=20.0, help="seconds that Redis is away")
    add("--frozen", type=float, default=20.0, help="seconds that Redis is frozen")
    add("--flushed", type=float, default=20.0, help="seconds in which Redis is emptied again and again")
    add("--restarts", type=int, default=10, help="restarts of single processes in the rolling restart")
    add("--normal", type=int, default=1000, help="orders on the evening without faults")
    add(
        "--soak", type=float, default=120.0, help="seconds of the soak, in which sockets are replaced every few seconds"
    )
    add("--old-orders", type=int, default=1_000_000, help="old orders in the database that is migrated")
    add("--report", type=float, default=10.0, help="seconds that a report reads the tables meanwhile")
    add("--overload", type=float, default=60.0, help="seconds of overload")
    add("--flood", type=float, default=30.0, help="seconds of a flood of sockets")
    add("--payments", type=int, default=500, help="payments by the trial provider")
    add("--deaths", type=int, default=20, help="processes that die at its bank meanwhile")
    add("--quiet", type=float, default=60.0, help="seconds of orders without a backup, to compare with")
    words = (
        "postgresql, sqlite, kitchen, control, redis, lines (with redis), alarms, soak, drill, restore, disk, "
        "clock, lockout, overload, flood, payments, room"
    )
    add("--only", default="", help=f"only the parts with this word in their name: {words}")
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
    """Scale a load down to a share of its size."""
    sizes = {name: max(1, round(getattr(load, name) * share)) for name in ("orders", "clients", "worker_kills")}
    away = {name: round(getattr(load, name) * share) for name in ("redis_restarts", "postgres_kills")}
    return replace(load, **sizes, **away, screens=max(8, round(load.screens * share)))


async def whole_evenings(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Run evenings with all faults on each kind of installation; then, as controls, without a protection."""
    full = full_load(wanted)
    small = part_of(full, wanted.share)
    scaled = Plan(processes=2, postgres=True, redis=True, pads=full.clients)
    many = replace(scaled, restaurants=wanted.restaurants, pads=-(-full.clients // wanted.restaurants))
    embedded = replace(small, redis_restarts=0, postgres_kills=0)
    if wanted.only in "postgresql":
        yield evening_row(await evening(many, full))
    for processes in (1, 2):
        if wanted.only in "sqlite":
            yield evening_row(await evening(Plan(processes=processes, pads=embedded.clients), embedded))
    if wanted.only in "control":
        scaled = replace(scaled, pads=small.clients)
        name = "*control* PostgreSQL, without keys"
        yield evening_row(await evening(scaled, small, keyed=False, name=name), control=True)
        name = "*control* PostgreSQL, without catching up"
        yield evening_row(await evening(scaled, small, rules=Rules(catch_up=False), name=name), control=True)


async def whole_kitchen(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Run evenings with all faults while the crews use the whole kitchen: embedded at one process, and scaled."""
    full = replace(part_of(full_load(wanted), wanted.share), whole_kitchen=True)
    embedded = replace(full, redis_restarts=0, postgres_kills=0)
    if wanted.only in "kitchen sqlite":
        yield evening_row(await evening(Plan(pads=embedded.clients, hold_courses=True), embedded))
    if wanted.only in "kitchen postgresql":
        scaled = Plan(processes=2, postgres=True, redis=True, pads=full.clients, hold_courses=True)
        yield evening_row(await evening(scaled, full))


async def redis_away(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Order at one process and watch screens at the other, while Redis is away, frozen or emptied."""
    tried: list[tuple[str, float, Mapping[str, str] | None, str]] = [
        (FROZEN, wanted.frozen, None, ""),
        (AWAY, wanted.away, None, ""),
        (FLUSHED, wanted.flushed, None, ""),
        (AWAY, 5.0, NO_POLL, "; the tails do not poll"),
        (FLUSHED, 5.0, GROUPS_IN_REDIS, "; the listeners are kept there, and the tails do not poll"),
    ]
    for how, seconds, settings, more in tried:
        plan = Plan(processes=2, postgres=True, redis=True, pads=25, settings=settings)
        async with Installation(plan) as here, opened(here) as client:
            first, second = (worker.port for worker in here.workers)
            here.pads_line.upstreams, here.screens_line.upstreams = [first], [second]
            assert here.redis is not None
            async with watched(here, client, 12, Rules()) as screens, broken(here.redis, how):
                found = await behind(here, client, screens, seconds=seconds, clients=25)
        mark = "*control* " if settings else ""
        name = f"{mark}Redis {how} for {seconds:.0f} s{more}"
        yield behind_row(name, found, control=bool(settings), share=1.0 if how == FLUSHED else 0.99)


async def lines(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Restart processes one by one; then let lines go dead silently."""
    async with Installation(Plan(processes=2, postgres=True, redis=True)) as here, opened(here) as client:
        rounds = max(1, wanted.restarts // 2)
        async with watched(here, client, 40, Rules()) as careful, watched(here, client, 10, FORGETFUL) as forgetful:
            (ours, control), hasty = await rolling_restart(here, client, [careful, forgetful], rounds)
            yield restart_row(f"{rounds * 2} processes restarted one by one under orders", ours)
            yield restart_row("*control* the same, screens without a cursor", control, control=True)
            yield asked_once_row("*control* processes killed, pads that ask only once", hasty)
        async with watched(here, client, 20, Rules()) as careful, watched(here, client, 5, STUBBORN) as stubborn:
            ours_cut, control_cut = await dead_line(here, client, [careful, stubborn], patience=SILENCE + 10)
            yield dead_line_row("connections drop silently", ours_cut)
            yield dead_line_row("*control* the same, without a watchdog", control_cut, control=True)


async def alarming(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Run without faults, which must raise no alarm; then with walls that report nothing, as a control."""
    async with Installation(Plan(processes=2, postgres=True, redis=True)) as here, opened(here) as client:
        ours, control = await alarms(here, client, orders=wanted.normal, unseen=100)
        yield alarm_row(f"{wanted.normal:,} orders without faults", ours)
        yield alarm_row("*control* 100 orders without reports of the walls", control, control=True)


async def soaking(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Rotate sockets every few seconds, beside screens that do not come back as they should."""
    plan = Plan(processes=2, postgres=True, redis=True, settings=SHORT_SOCKETS)
    async with Installation(plan) as here, opened(here) as client:
        async with (
            watched(here, client, 12, Rules()) as careful,
            watched(here, client, 4, FORGETFUL) as forgetful,
            watched(here, client, 4, DEAF) as deaf,
        ):
            found = await soak(here, client, [careful, forgetful, deaf], seconds=wanted.soak)
        yield soak_row(f"sockets live for 2 to 4 s, for {wanted.soak:.0f} s", found[0])
        yield soak_row("*control* the same, screens without a cursor", found[1], control=True)
        yield soak_row("*control* the same, without catching up", found[2], control=True)


async def drilling(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Add a column, an index and a constraint to the orders and lines of many years, while guests order."""
    what = f"migrated under orders, {wanted.old_orders:,} old ones"
    tried = [
        (what, CAREFUL, [], wanted.report),
        ("*control* the same, waiting for locks without a limit", CAREFUL, ["--offline"], wanted.report),
        ("*control* the same as `makemigrations` writes it, without a report", NAIVE, ["--offline"], 0.0),
    ]
    async with Installation(Plan(processes=2, postgres=True, redis=True)) as here:
        await grow_old(here, wanted.old_orders)
        async with opened(here) as client, watched(here, client, 12, Rules()) as screens:
            for name, release, given, report in tried:
                found = await drill(here, client, screens, release, *given, report=report)
                more = f" and a report of {report:.0f} s" if release == CAREFUL and not given else ""
                yield drill_row(f"{name}{more}", found, control=bool(given))
                await go_back(here, release)


async def restoring(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Back up a large restaurant under orders and restore it; then copy a file by hand, as a control."""
    async with Installation(Plan(pads=25)) as here:
        await grow_old(here, wanted.old_orders)
        async with opened(here) as client:
            found = await back_up_and_restore(here, client, clients=15, seconds=wanted.quiet)
            yield backup_row(f"backed up under orders and restored, {wanted.old_orders:,} old ones", found)
    async with Installation(Plan(pads=25)) as here, opened(here) as client:
        copied = await copy_by_hand(here, client, clients=15, seconds=10)
        yield backup_row("*control* an older file copied over the database by hand", copied, control=True)


async def filling(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Leave no byte to the database while guests order; then, as a control, without telling it from a busy one."""
    for settings, name in ((None, "a full disk for 10 s"), (NAMELESS, "*control* the same, not told from busy")):
        plan = Plan(disk=MEGABYTES, settings=settings)
        async with Installation(plan) as here, opened(here) as client, watched(here, client, 12, Rules()) as screens:
            found = await full_disk(here, client, screens, seconds=10)
        yield disk_row(name, found, control=bool(settings))


async def stepping(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Put the server's clock back and forward by minutes; then, as controls, without the protections."""
    tried = [
        ("daphne", {}, "the clock steps by 5 minutes, 4 times, Daphne"),
        ("uvicorn", {}, "the same, uvicorn"),
        ("uvicorn", EXACT, "*control* the same, without leeway"),
    ]
    for server, more, name in tried:
        with tempfile.TemporaryDirectory(prefix="bistro-clock.") as folder:
            clock = Path(folder) / "clock"
            plan = Plan(settings=faked(clock, server) | more)
            async with (
                Installation(plan) as here,
                opened(here) as client,
                watched(here, client, 12, Rules()) as screens,
            ):
                found = await clock_steps(here, client, screens, clock)
        yield clock_row(name, found, control=bool(more))


async def locking_out(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Knock at every door from the guests' wifi, and guess at four processes at once; then without the protections."""
    for settings, mark in ((None, ""), (BY_ADDRESS, "*control* wrong passwords lock an address: ")):
        async with Installation(Plan(settings=settings)) as here, opened(here) as client:
            found = await knock_everywhere(here, client)
        yield lockout_row(f"{mark}a guest's wifi knocks at every door", found, control=bool(mark))
    for settings, mark in ((None, ""), (APART, "*control* each process counts for itself: ")):
        plan = Plan(processes=4, redis=True, settings=settings)
        async with Installation(plan) as here, opened(here) as client:
            answers = await guess_at_all(here, client, tries=400)
        yield limit_row(
            f"{mark}400 guesses of a code at 4 processes, with forged addresses", answers, control=bool(mark)
        )


PARTS = {
    "lockout": locking_out,
    "clock": stepping,
    "disk": filling,
    "kitchen sqlite, kitchen postgresql": whole_kitchen,
    "redis lines": redis_away,
    "lines": lines,
    "alarms": alarming,
    "soak": soaking,
    "drill": drilling,
    "restore": restoring,
    "overload slow": crowding,
    "flood": flooding,
    "payments": paying,
    "room": saturday,
}


async def run(wanted: argparse.Namespace, console: Console) -> bool:
    rows: list[Row] = []
    parts = [whole_evenings(wanted)] + [part(wanted) for names, part in PARTS.items() if wanted.only in names]
    began = perf_counter()
    for part in parts:
        async for row in part:
            rows.append(row)
            verdict = "; ".join(row.problems) or "all promises kept"
            console.print(f"{perf_counter() - began:5.0f} s  {row.name}: {verdict}", soft_wrap=True)
    return show(rows, console, markdown=wanted.markdown)


def main() -> None:
    """Run the trials; the exit status is 0 if all was well."""
    asked = options()
    out = Console()
    out = Console(width=400 if asked.markdown else max(out.width, 200))
    sys.exit(0 if asyncio.run(run(asked, out)) else 1)
