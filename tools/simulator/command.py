"""The run behind `manage.py simulate`: prepare, play, report."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from rich.console import Console

from bistro.core.kernel.errors import DomainError
from tools.simulator import back_office
from tools.simulator.credentials import Credentials, MissingCredential, demo_path, read_credentials
from tools.simulator.crew import SilentSockets
from tools.simulator.history import History, UnreadableHistory, read_history
from tools.simulator.options import Options, settle
from tools.simulator.reconcile import Account, UnreadableOrders
from tools.simulator.report import figures, show_account, show_live
from tools.simulator.service import Evening, Hosts, NotServing, play
from tools.simulator.waiters import NotLoggedIn

REFUSED_TO_START = (
    MissingCredential,
    UnreadableHistory,
    back_office.OtherDatabase,
    SilentSockets,
    NotServing,
    NotLoggedIn,
    UnreadableOrders,
)


def simulate(given: dict[str, Any], hosts: Hosts | None = None) -> None:
    """Play a service and print the report; exit with 1 if the report has problems. `hosts` take bookings."""
    options = settle(given, var=settings.VAR, port=settings.PORT)
    console = Console()
    try:
        history = read_history(options.orders) if options.orders else None
        who = _prepare(options, history, console)
        evening = Evening()
        account = asyncio.run(_run(options, who, history, evening, console, hosts))
    except REFUSED_TO_START as problem:
        raise CommandError(str(problem)) from None
    except DomainError as problem:
        raise CommandError(problem.message) from None
    show_account(evening, account, console)
    if options.json:
        options.json.write_text(json.dumps(figures(evening, account), indent=2) + "\n", encoding="utf-8")
    if account.problems:
        sys.exit(1)


def _prepare(options: Options, history: History | None, console: Console) -> Credentials:
    """Add items, tables and pads that the run needs, and print what was added."""
    path = demo_path(options.var)
    who = read_credentials(path)
    if options.create_items or options.pads:
        back_office.require_database(who)
    if options.create_items and history is not None:
        console.print(back_office.create_items(who, history))
    if options.pads and options.pads > len(who.of_kind("pad")):
        console.print(back_office.add_pads(who, path, options.pads))
        who = read_credentials(path)
    return who


async def _run(
    options: Options,
    who: Credentials,
    history: History | None,
    evening: Evening,
    console: Console,
    hosts: Hosts | None,
) -> Account:
    """Play the service and show its figures meanwhile."""
    if options.quiet:
        return await play(options, who, history, evening, hosts)
    drawing = asyncio.create_task(show_live(evening, console))
    try:
        return await play(options, who, history, evening, hosts)
    finally:
        drawing.cancel()
        with suppress(asyncio.CancelledError):
            await drawing
