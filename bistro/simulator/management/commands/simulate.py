"""`manage.py simulate`: play a service against the running server and account for every order."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from bistro.core.kernel.errors import DomainError
from bistro.simulator import back_office
from bistro.simulator.credentials import Credentials, MissingCredential, demo_path, read_credentials
from bistro.simulator.crew import NobodyListens
from bistro.simulator.history import History, UnreadableHistory, read_history
from bistro.simulator.options import Options, add_arguments, settle
from bistro.simulator.reconcile import Account, UnreadableBooks
from bistro.simulator.report import figures, show_account, show_live
from bistro.simulator.service import Evening, NotServing, play
from bistro.simulator.waiters import NotLoggedIn

REFUSED_TO_START = (
    MissingCredential,
    UnreadableHistory,
    back_office.OtherDatabase,
    NobodyListens,
    NotServing,
    NotLoggedIn,
    UnreadableBooks,
)


class Command(BaseCommand):
    """Pads that order, cooks that bump, waiters that deliver; the exit status is the verdict."""

    help = "Play a service against the running server and account for every order."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See `bistro.simulator.options`."""
        add_arguments(parser)

    def handle(self, *args: Any, **given: Any) -> None:
        """Prepare, play, report."""
        options = settle(given, var=settings.VAR, port=settings.PORT)
        console = Console()
        try:
            history = read_history(options.orders) if options.orders else None
            who = _prepare(options, history, console)
            evening = Evening()
            account = asyncio.run(_run(options, who, history, evening, console))
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
    """What has to stand before the first guest: items, tables and pads. Says what was added."""
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
    options: Options, who: Credentials, history: History | None, evening: Evening, console: Console
) -> Account:
    """Play, with somebody drawing the figures meanwhile."""
    if options.quiet:
        return await play(options, who, history, evening)
    drawing = asyncio.create_task(show_live(evening, console))
    try:
        return await play(options, who, history, evening)
    finally:
        drawing.cancel()
        with suppress(asyncio.CancelledError):
            await drawing
