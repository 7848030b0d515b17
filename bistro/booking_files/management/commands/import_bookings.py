"""The command `manage.py import_bookings`: the coming bookings of another system, all of them or none."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bistro.booking_files.reading import DAY_FIRST, MONTH_FIRST
from bistro.booking_files.services import import_bookings
from bistro.core.kernel.errors import DomainError
from menu.files.chosen_restaurant import actor_for, add_restaurant_argument
from menu.files.csv_files import ENCODINGS
from menu.files.mapping import parse_map
from menu.files.sheet import FileRefused

NOTHING = {"new": 0, "unchanged": 0, "past": 0, "gone": 0, "differs": [], "without_table": [], "ignored_columns": []}


class Command(BaseCommand):
    """An import of bookings. With any error nothing is written and the exit status is 1."""

    help = "Import the coming bookings of another system from a CSV file or an Excel workbook."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, its reading and the way of printing."""
        parser.add_argument("file", metavar="FILE", type=Path)
        add_restaurant_argument(parser)
        parser.add_argument("--map", default="", help="Columns of the file and ours: 'Pax=size,Visit=starts'.")
        parser.add_argument("--dates", choices=[DAY_FIRST, MONTH_FIRST], default="", help="The order in 3/4/2026.")
        parser.add_argument("--encoding", choices=sorted(ENCODINGS), default="", help="The encoding of a text file.")
        parser.add_argument("--dry-run", action="store_true", help="Check everything and write nothing.")
        parser.add_argument("--json", action="store_true", help="Print the answer as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file, print the answer, and end with status 1 if anything is wrong."""
        answer = self._answer(options)
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if options["json"] else _in_words(answer, options))
        if answer["errors"]:
            raise SystemExit(1)

    def _answer(self, options: dict[str, Any]) -> dict[str, Any]:
        actor = actor_for(options["restaurant"])
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        try:
            return import_bookings(
                data=data,
                mapping=parse_map(options["map"]),
                order=options["dates"],
                encoding=options["encoding"],
                actor=actor,
                dry_run=options["dry_run"],
            )
        except FileRefused as refused:
            return _refusal(str(refused))
        except DomainError as error:
            return _refusal(error.message)


def _refusal(message: str) -> dict[str, Any]:
    return {**NOTHING, "errors": [{"row": 1, "column": "", "message": message}]}


def _in_words(answer: dict[str, Any], options: dict[str, Any]) -> str:
    lines = [f"Row {each['row']}, {each['column']}: {each['message']}" for each in answer["errors"]]
    if answer["ignored_columns"]:
        lines.append(f"Ignored columns: {', '.join(answer['ignored_columns'])}.")
    if answer["errors"]:
        return "\n".join([*lines, "Nothing was imported."])
    lists = [
        (answer["without_table"], "Without a table, because none is free: rows"),
        (answer["differs"], "Imported before with another time or size, or cancelled since then, left alone: rows"),
    ]
    for rows, words in lists:
        if rows:
            lines.append(f"{words} {', '.join(map(str, rows))}.")
    counts = f"{answer['new']} new, {answer['unchanged']} known already"
    left_out = f"left out: {answer['past']} past, {answer['gone']} cancelled or over"
    return "\n".join([*lines, f"{'Would be imported' if options['dry_run'] else 'Imported'}: {counts}; {left_out}."])
