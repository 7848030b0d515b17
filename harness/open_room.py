"""A program that is run in an installation's environment: opens restaurants for evenings, and prints them as JSON."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
django.setup()

from django.conf import settings  # noqa: E402

from tools.simulator.evening.houses import House, open_house  # noqa: E402


def main(count: int) -> None:
    """Open the restaurants, each with 32 tables, two hosts and six waiters."""
    settings.ALLOWED_HOSTS = ["*"]
    opened = [_described(open_house(f"Evening {number}")) for number in range(count)]
    sys.stdout.write(json.dumps(opened) + "\n")


def _described(house: House) -> dict[str, object]:
    people = {"owner": [house.owner], "host": house.hosts, "waiter": house.waiters}
    logins = {
        role: [{"email": each.login.email, "password": each.login.password} for each in found if each.login]
        for role, found in people.items()
    }
    kitchen, program = house.kitchen.token, house.program.token
    return {
        "pk": house.pk,
        "uid": house.uid,
        "logins": logins,
        "kitchen": kitchen,
        "program": program,
        "tables": house.tables,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
