"""A program that is run in an installation's environment: opens a restaurant for an evening, and prints it as JSON."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
django.setup()

from django.conf import settings  # noqa: E402

from tools.simulator.evening.houses import House, open_house  # noqa: E402


def main() -> None:
    """Open the restaurant, with 32 tables, two hosts and six waiters."""
    settings.ALLOWED_HOSTS = ["*"]
    sys.stdout.write(json.dumps(_described(open_house("Evening"))) + "\n")


def _described(house: House) -> dict[str, object]:
    people = {"owner": [house.owner], "host": house.hosts, "waiter": house.waiters}
    logins = {
        role: [{"email": each.login.email, "password": each.login.password} for each in found if each.login]
        for role, found in people.items()
    }
    devices = {"kitchen": house.kitchen.token, "program": house.program.token}
    tokens = {name: token.removeprefix("Device ") for name, token in devices.items()}
    return {"pk": house.pk, "uid": house.uid, "logins": logins, "tables": house.tables, **tokens}


if __name__ == "__main__":
    main()
