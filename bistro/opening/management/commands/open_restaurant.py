"""The command `manage.py open_restaurant`: opens a restaurant that can take orders and prints its credentials."""

import json
import re
from argparse import ArgumentParser
from datetime import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.models import TextChoices

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from bistro.core.models import Restaurant
from bistro.opening import services


class Command(BaseCommand):
    """The opening of a restaurant with an owner, tables with pads, a station, a kitchen screen and an integration.

    It may run while the server runs. Passwords and tokens are printed once and cannot be read again.
    """

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options. All values are texts, so that every refusal is a sentence with exit status 1."""
        parser.add_argument("--name", required=True)
        parser.add_argument("--currency", required=True, help="code of ISO 4217, e.g. EUR or JPY")
        parser.add_argument("--timezone", required=True, help="IANA name, e.g. Europe/Berlin")
        parser.add_argument("--tax-mode", required=True, help="added (to prices) or inclusive (prices contain the tax)")
        parser.add_argument("--locale", default="en_IE", help="how amounts are written, e.g. de_DE (default en_IE)")
        parser.add_argument("--day-ends-at", default="04:00", metavar="HH:MM", help="default 04:00")
        parser.add_argument(
            "--rounding-level", default="document", help="tax is rounded once per document (default) or line"
        )
        parser.add_argument("--rounding", default="half_up", help="tax rounds half_up (default), up or down")
        parser.add_argument("--tables", default="0", metavar="N", help="tables with a pad each (default 0)")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the restaurant and print its credentials."""
        try:
            opened = services.open_house(
                name=options["name"],
                tables=_number_of_tables(options["tables"]),
                url=settings.PUBLIC_URL,
                actor=Actor.system(None, "open_restaurant"),
                currency=options["currency"],
                locale=options["locale"].replace("-", "_"),
                timezone=options["timezone"],
                day_ends_at=_time(options["day_ends_at"]),
                tax_mode=_one_of(Restaurant.TaxMode, options["tax_mode"], "a tax mode"),
                rounding_level=_one_of(Restaurant.RoundingLevel, options["rounding_level"], "a level of rounding"),
                rounding_mode=_one_of(Restaurant.RoundingMode, options["rounding"], "a way of rounding"),
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        except DatabaseError as error:  # a busy database, or one without tables
            raise CommandError(f"The database cannot store the restaurant now: {error}") from None
        self.stdout.write(json.dumps(opened, ensure_ascii=False) if options["json"] else _in_words(opened))


def _number_of_tables(said: Any) -> int:
    number = whole_number(str(said))
    if number is None:
        raise CommandError(f"“{said}” is not a number of tables.")
    return number


def _time(said: str) -> time:
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", said)
    if found is None:
        raise CommandError(f"“{said}” is not a time. Use one such as 04:00.")
    return time(int(found[1]), int(found[2]))


def _one_of(choices: type[TextChoices], said: str, what: str) -> str:
    if said not in choices.values:
        raise CommandError(f"“{said}” is not {what}. Use {' or '.join(sorted(choices.values))}.")
    return said


def _in_words(opened: dict[str, Any]) -> str:
    owner = opened["staff"]["owner"]
    rows = [f"Restaurant {opened['restaurant_id']} is open at {opened['url']}. Note what follows: it is shown once."]
    rows.append(f"  {'owner':12} {owner['email']}  {owner['password']}")
    rows += [
        f"  {each['kind']:12} {each.get('table') or each['name']:20} {each['token']}" for each in opened["devices"]
    ]
    return "\n".join(rows)
