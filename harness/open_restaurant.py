"""A program that is run in an installation's environment: creates the database, the demo restaurants and their pads.

Further restaurants have people of their own; `demo-2.json` and so on hold their credentials.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from bistro.core.kernel.ids import uuid7  # noqa: E402
from bistro.core.kernel.private_files import write_private  # noqa: E402
from bistro.demo.floor import PEOPLE  # noqa: E402
from bistro.demo.seed import seed  # noqa: E402
from tools.simulator.back_office import add_pads  # noqa: E402
from tools.simulator.credentials import demo_path, read_credentials  # noqa: E402


def main(pads: int, restaurants: int) -> None:
    """Create the restaurants, each with that number of pads."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_demo", verbosity=0)
    paths = [demo_path(settings.VAR)]
    for number in range(2, restaurants + 1):
        people = [replace(person, email=f"{number}.{person.email}") for person in PEOPLE]
        paths.append(settings.VAR / f"demo-{number}.json")
        write_private(paths[-1], seed(settings.PUBLIC_URL, uuid7(), people))
    for path in paths:
        _furnish(path, pads)


def _furnish(path: Path, pads: int) -> None:
    who = read_credentials(path)
    if pads > len(who.of_kind("pad")):
        add_pads(who, path, pads)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
