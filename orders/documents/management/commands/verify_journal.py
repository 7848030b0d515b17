"""The command `manage.py verify_journal`, which shows whether somebody has changed or removed a document."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bistro.core.ops.log_verification import restaurants_with_logs, unprotected_tables
from orders.documents.verification import Verdict, exported, verify


class Command(BaseCommand):
    """A comparison of all documents with their hash chain, with one line for each break."""

    help = "Find altered, deleted or swapped documents. The exit status is 0 only if all is right."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--restaurant", type=int, help="Verify this restaurant (its number) only.")
        parser.add_argument("--export", metavar="FILE", help="Write the documents of that restaurant into a file too.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify each restaurant's documents; print their state and their breaks."""
        wanted = options["restaurant"]
        restaurants = [pk for pk in restaurants_with_logs() if wanted in (None, pk)]
        if wanted is not None and not restaurants:
            raise CommandError(f"There is no restaurant {wanted}.")
        if options["export"]:
            if wanted is None:
                raise CommandError("Name the restaurant to export with --restaurant.")
            _export(wanted, options["export"])
        breaks = unprotected_tables()
        for sentence in breaks:
            self.stdout.write(sentence)
        found = len(breaks) + sum(self._tell(verify(restaurant_id)) for restaurant_id in restaurants)
        if found:
            raise CommandError(f"{found} break{'' if found == 1 else 's'} in the journal.")

    def _tell(self, verdict: Verdict) -> int:
        """Print a verdict and return the number of its breaks."""
        for sentence in verdict.breaks:
            self.stdout.write(f"restaurant {verdict.restaurant_id}: {sentence}")
        self.stdout.write(f"restaurant {verdict.restaurant_id}: {verdict.documents} documents {verdict.hash}")
        return len(verdict.breaks)


def _export(restaurant_id: int, path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        for row in exported(restaurant_id):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
