"""The command `manage.py simulate`: the simulator in `tools/`, whose packages the server does not need."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

PACKAGES = ("aiohttp", "rich", "time-machine")
INSTALL = f"{sys.executable} -m pip install --requirement requirements-simulator.txt"


class Command(BaseCommand):
    """A simulated service with pads, cooks and waiters; the exit status is the verdict."""

    help = "Play a service against the running server and account for every order."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the simulator's options, which need no package."""
        from tools.simulator.options import add_arguments

        add_arguments(parser)

    def handle(self, *args: Any, **given: Any) -> None:
        """Run the simulator, or name the command that installs its packages."""
        try:
            play = _player(given)
        except ModuleNotFoundError as missing:
            package = (missing.name or "").partition(".")[0].replace("_", "-")
            if package not in PACKAGES:
                raise
            raise CommandError(f"The simulator needs the package {package}. Install it with:\n{INSTALL}") from None
        play(given)


def _player(given: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """Return what the options ask for: a service against the running server, or whole evenings."""
    if given["evening"] or given["evenings"]:
        from tools.simulator.evening.command import simulate_evenings

        return simulate_evenings
    from bistro.demo.host import Host
    from tools.simulator.command import simulate

    return partial(simulate, hosts=Host)
