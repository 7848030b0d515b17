"""The rows of `make faults` for overload, slow clients, huge requests and floods, on one process without nginx."""

import argparse
from collections.abc import AsyncIterator

from harness.evening import opened
from harness.flood import CAPPED, UNCAPPED, Flooded, flood
from harness.huge import DROPPED, huge_requests, is_refused, refused
from harness.installation import Installation, Plan
from harness.overload import FEW_PLACES, NO_PLACES, Overload, overload
from harness.slow_clients import ENDLESS_PATIENCE, MEGABYTE, SLOW, Slow, deaf_reader, deaf_screen, fill, slow_clients
from harness.table import Row, broken, orders, percentile, spread
from harness.trials import NEVER

PADS, TIMES = 96, 5
EACH, DEAF, GROWN_AT_MOST = 90, 50, 100
CONNECTS_WITHIN, SLOWER_AT_MOST = 2.0, 1.5
ROUNDS = 4  # quiet and flooded in turns
HUGE, HUGE_GROWN_AT_MOST = 1024 * MEGABYTE, 20


async def crowding(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Yield the rows for one process on SQLite, started as `make run` does."""
    for places, mark in ((FEW_PLACES, ""), (NO_PLACES, "*control* no limit on what comes in: ")):
        async with Installation(Plan(settings=places)) as here, opened(here) as client:
            found = await overload(here, client, full=PADS, times=TIMES, seconds=wanted.overload)
        yield overload_row(f"{mark}{TIMES} times as many pads as places for {wanted.overload:.0f} s", found, bool(mark))
    for settings, mark in ((None, ""), (ENDLESS_PATIENCE, "*control* Daphne as it is: ")):
        async with Installation(Plan(settings=settings)) as here, opened(here) as client:
            authorization = here.who.one("integration").authorization
            crowd = [(slow_client, EACH) for slow_client in SLOW]
            crowd += [(deaf_screen(authorization), DEAF), (deaf_reader(authorization), DEAF)]
            slow = await slow_clients(here, client, crowd, seconds=max(100.0, wanted.overload), quiet=10)
        yield slow_row(f"{mark}{sum(count for _, count in crowd)} slow, silent and deaf clients", slow, bool(mark))
    async with Installation(Plan()) as here:
        outcomes = [(huge, await refused(here, huge)) for huge in huge_requests(HUGE)]
    wrong = [f"{huge.name}: {found.status or 'dropped'}" for huge, found in outcomes if not is_refused(huge, found)]
    most, grown = max(found.sent for _, found in outcomes), max(found.grown for _, found in outcomes)
    wrong += [f"{grown:.0f} MB more memory"] if grown > HUGE_GROWN_AT_MOST else []
    answered = sum(found.status != DROPPED for _, found in outcomes)
    taken = f"at most {most / MEGABYTE:.0f} MB taken, {grown:.0f} MB more memory"
    name = f"1 GB in {len(outcomes)} ways: {answered} answered, {taken}"
    yield Row({"evening": name}, wrong)


async def flooding(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Yield the rows of a flood of sockets from one pad, at both servers, and without caps and rates."""
    servers = (("daphne", CAPPED, ROUNDS, ""), ("uvicorn", CAPPED, ROUNDS, ""), ("daphne", UNCAPPED, 1, "*control* "))
    for server, settings, rounds, mark in servers:
        async with Installation(Plan(settings={**settings, "SERVER": server})) as here, opened(here) as client:
            found = await flood(here, client, seconds=wanted.flood, quiet=wanted.flood, rounds=rounds)
        yield flood_row(
            f"{mark}150 sockets of one pad for {rounds} times {wanted.flood:.0f} s, {server}", found, bool(mark)
        )
    plan = Plan(settings=CAPPED)
    async with Installation(plan) as here, opened(here) as client, Installation(plan) as aim, opened(aim) as other:
        await fill(aim, other)
        found = await flood(here, client, seconds=wanted.flood, quiet=wanted.flood, rounds=ROUNDS, aim=aim)
    yield flood_row("the same flood at another server of this machine", found, control=False)


def flood_row(name: str, found: Flooded, control: bool) -> Row:
    """Build the row of a flood: the wall that connects, and the way of an order to the wall."""
    problems = broken(found.account, found.server_errors)
    slowest = max(found.connects, default=NEVER)
    quiet, now = percentile(found.quiet, 0.95), percentile(found.flooded, 0.95)
    problems += [f"a wall waited {slowest:.1f} s"] if slowest > CONNECTS_WITHIN else []
    problems += [f"orders reach the wall {now / quiet:.1f} times as late"] if now > SLOWER_AT_MOST * quiet else []
    name = (
        f"{name}: at most {found.fate.most_served} served at once, a wall connects within {slowest:.1f} s, "
        f"p95 from an order to the wall {now:.2f} s ({quiet:.2f} s before), "
        f"the server uses {found.load:.0%} of a processor ({found.quiet_load:.0%} before)"
    )
    return Row({"evening": name, **orders(found.account, found.server_errors)}, problems, control)


def overload_row(name: str, found: Overload, control: bool) -> Row:
    """Build the row of an overload; refusals must name a wait, and staff must be served.

    The control has no limit, so nothing is refused.
    """
    crowded = found.crowded
    problems = broken(crowded.account, crowded.server_errors)
    problems += [f"{times} × {what}" for what, times in crowded.improper.items()]
    problems += [] if crowded.refused else ["no request was refused"]
    problems += [] if found.staff else ["no page for staff"]
    name = (
        f"{name}: {crowded.good:.0f} good answers a second "
        f"({found.full.good:.0f} before, {found.after.good:.0f} after), "
        f"{crowded.refused:,} refusals, an answer takes p50 p99 max {spread(crowded.waits)} s, "
        f"a page for staff {spread(found.staff)} s, {found.grown:.0f} MB more memory"
    )
    return Row({"evening": name, **orders(crowded.account, crowded.server_errors)}, problems, control)


def slow_row(name: str, found: Slow, control: bool) -> Row:
    problems = broken(found.account, found.server_errors)
    problems += [f"{found.kept} were never disconnected"] if found.kept else []
    problems += [f"{found.grown:.0f} MB more memory"] if found.grown > GROWN_AT_MOST else []
    quiet, now = percentile(found.quiet, 0.95), percentile(found.waits, 0.95)
    longest = "some permanently" if found.kept else f"{found.longest:.0f} s at most"
    name = (
        f"{name} stay {longest}; p95 of an order {now:.2f} s ({quiet:.2f} s before), {found.grown:.0f} MB more memory"
    )
    return Row({"evening": name, **orders(found.account, found.server_errors)}, problems, control)
