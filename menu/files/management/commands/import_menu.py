"""The command `manage.py import_menu`: a file into the menu, all of it or nothing."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bistro.core.kernel.errors import DomainError
from menu.files import services
from menu.files.checking import refusal
from menu.files.chosen_restaurant import actor_for, add_restaurant_argument
from menu.files.csv_files import ENCODINGS
from menu.files.mapping import parse_map
from menu.files.meanings import FileSettings, parse_meanings
from menu.files.sheet import FileRefused


class Command(BaseCommand):
    """An import of a menu's file. With any error nothing is written and the exit status is 1."""

    help = "Import dishes from a CSV file or an Excel workbook. With any error nothing is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and what a person may have to say about it."""
        parser.add_argument("file", metavar="FILE", type=Path)
        add_restaurant_argument(parser)
        parser.add_argument("--map", default="", help="Columns of the file and ours: 'item=name,cost=price'.")
        parser.add_argument("--taxes", default="", help="The file's words for taxes: 'A=19,B=7,C=19 / 7'.")
        parser.add_argument("--stations", default="", help="The file's stations, + for new ones: 'Herd=Grill,Bar=+'.")
        parser.add_argument("--decimal", choices=[".", ","], default="", help="The file's decimal separator.")
        parser.add_argument("--category", default="", help="The category of all dishes, for a file without one.")
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
            told = (options["decimal"], options["category"], options["encoding"])
            meanings = parse_meanings(options["taxes"], options["stations"])
            settings = FileSettings(parse_map(options["map"]), *told, meanings)
            return services.import_file(data=data, settings=settings, actor=actor, dry_run=options["dry_run"])
        except FileRefused as refused:
            return refusal(str(refused))
        except DomainError as error:
            return refusal(error.message)


def _in_words(answer: dict[str, Any], options: dict[str, Any]) -> str:
    lines = [f"Row {each['row']}, {each['column']}: {each['message']}" for each in answer["errors"]]
    if answer["ignored_columns"]:
        lines.append(f"Ignored columns: {', '.join(answer['ignored_columns'])}.")
    if answer["errors"]:
        return "\n".join([*lines, "Nothing was imported."])
    counts = f"{answer['new']} new, {answer['changed']} changed, {answer['unchanged']} unchanged."
    return "\n".join([*lines, f"{'Would be imported' if options['dry_run'] else 'Imported'}: {counts}"])
