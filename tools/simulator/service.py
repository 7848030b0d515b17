"""A service from the first order to the final report."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from time import perf_counter

from asgiref.sync import sync_to_async

from tools.simulator.back_office import OtherDatabase, require_database
from tools.simulator.card import Card, read_card
from tools.simulator.cashiers import Cashier
from tools.simulator.client import Answer, Client, GaveUp, open_client
from tools.simulator.credentials import Credentials, Device
from tools.simulator.crew import Crew, crew_on_duty
from tools.simulator.demo_orders import plan_demo
from tools.simulator.depositors import Host
from tools.simulator.history import History
from tools.simulator.ledger import Ledger, Traffic
from tools.simulator.options import Options
from tools.simulator.pads import MENU, Pads
from tools.simulator.planned import Plan, plan_history
from tools.simulator.reconcile import Account, list_orders, reconcile
from tools.simulator.waiters import Bearer

Hosts = Callable[[int, str], Host]  # (restaurant, name of the run) -> its host
LOOK_EVERY = 0.1
STUCK = 4.0
CLOCK_SLACK = timedelta(seconds=5)


class NotServing(Exception):
    """A server that cannot be used for a simulation."""


@dataclass(slots=True)
class Evening:
    """The parts of a run, for its live figures and its final report."""

    ledger: Ledger = field(default_factory=Ledger)
    plan: Plan = field(default_factory=Plan)
    currency: str = ""
    phase: str = "opening"
    pads: int = 0
    ordering_seconds: float = 0.0
    account: Account | None = None


async def play(
    options: Options, who: Credentials, history: History | None, evening: Evening, hosts: Hosts | None = None
) -> Account:
    """Play one service against the running server and return the final report."""
    devices = who.of_kind("pad")[: options.pads]
    if not devices:
        raise NotServing("demo.json has no pads.")
    async with open_client(options.urls, Traffic(), patience=options.patience) as client:
        menu, since = await _open_menu(client, devices[0])
        card = read_card(menu.body)
        evening.currency, evening.pads = card.currency, len(devices)
        evening.plan = _plan(options, card, history, len(devices))
        async with crew_on_duty(client, options, who, evening.ledger, devices) as crew:
            pads = Pads(client, evening.ledger, devices)
            evening.phase = "switching on the pads"
            await pads.wake(menu.headers.get("ETag", ""))
            await _serve(pads, options, evening)
            evening.phase = "finishing"
            await _finish(evening.ledger, options, crew)
        evening.phase = "counting"
        evening.account = reconcile(evening.ledger, await list_orders(client, who.one("integration"), since))
        if options.pay:
            evening.phase = "paying"
            cashier = Cashier(
                client, Bearer(who.login("manager")), options.seed, await sync_to_async(_desk_of)(who, hosts)
            )
            evening.account.takings = await cashier.close_evening(sorted(evening.ledger.ours))
    evening.phase = "closed"
    return evening.account


def _desk_of(who: Credentials, hosts: Hosts | None) -> Callable[[str], Host] | None:
    """Return the host of the restaurant, if it is in this process's own database. Others have no deposits."""
    try:
        require_database(who)
    except OtherDatabase:
        return None
    return None if hosts is None else partial(hosts, int(who.restaurant_id))


async def _open_menu(client: Client, pad: Device) -> tuple[Answer, str]:
    """Read the menu and the server's clock, which later selects the orders of this run."""
    try:
        answer = await client.get(MENU, credential=pad)
    except GaveUp as problem:
        raise NotServing(f"No answer from {', '.join(client.urls)}: {problem}") from None
    if not answer.ok:
        raise NotServing(f"The menu cannot be read: {answer.code}")
    date = answer.headers.get("Date")
    now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    return answer, (now.astimezone(UTC) - CLOCK_SLACK).isoformat(timespec="seconds")


def _plan(options: Options, card: Card, history: History | None, pads: int) -> Plan:
    """Plan the orders, marked so that they can be told from those of other runs."""
    run = secrets.token_hex(3)
    if history is None:
        return plan_demo(card, options.wanted(pads), run, options.seed)
    return plan_history(history, card, run, options.limit(pads))


async def _serve(pads: Pads, options: Options, evening: Evening) -> None:
    """Place the orders; traffic counts from here, not from the pads' start."""
    ledger = evening.ledger
    pads.client.traffic = ledger.traffic
    ledger.started_at = perf_counter()
    evening.phase = "ordering"
    await pads.serve(evening.plan.orders, rate=options.pace)
    evening.ordering_seconds = perf_counter() - ledger.started_at


async def _finish(ledger: Ledger, options: Options, crew: Crew) -> None:
    """Wait until every order was shown, announced and delivered, or until nothing has changed for too long."""
    moved = looked = perf_counter()
    before = -1
    while True:
        shown = sum(ledger.shown_everywhere(order_id) for order_id in ledger.ours)
        announced = sum(ledger.announcements.knows(order_id) for order_id in ledger.ours)
        done = shown + announced + (len(ledger.delivered) if options.cooks else len(ledger.ours))
        now = perf_counter()
        if done >= 3 * len(ledger.ours) or now - moved > options.settle:
            return
        if done != before:
            moved, before = now, done
        elif now - max(moved, looked) > STUCK:
            await crew.check_lists()
            looked = perf_counter()
        await asyncio.sleep(LOOK_EVERY)
