"""Run as a program in an installation's environment: the database, the demo restaurant, and as many pads as wanted."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from bistro.simulator.back_office import add_pads  # noqa: E402
from bistro.simulator.credentials import demo_path, read_credentials  # noqa: E402


def main(pads: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_demo", verbosity=0)
    path = demo_path(settings.VAR)
    who = read_credentials(path)
    if pads > len(who.of_kind("pad")):
        add_pads(who, path, pads)


if __name__ == "__main__":
    main(int(sys.argv[1]))
