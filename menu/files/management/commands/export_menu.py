"""The command `manage.py export_menu`: the menu as a file that `import_menu` reads."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bistro.core.kernel.errors import DomainError
from menu.files.chosen_restaurant import actor_for, add_restaurant_argument
from menu.files.exporting import export_menu


class Command(BaseCommand):
    """An export of the dishes that are not archived, as CSV or as an Excel workbook."""

    help = "Export the dishes as a file that import_menu reads. Without FILE the CSV goes to stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help="A name that ends with .csv or .xlsx.")
        add_restaurant_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, or the CSV to stdout."""
        target: Path | None = options["file"]
        file_format = target.suffix.lstrip(".").casefold() if target else "csv"
        if file_format not in ("csv", "xlsx"):
            raise CommandError("The file's name must end with .csv or .xlsx.")
        try:
            data = export_menu(actor_for(options["restaurant"]), file_format)
        except DomainError as error:
            raise CommandError(error.message) from None
        if target is None:
            self._print(data)
            return
        try:
            target.write_bytes(data)
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from None

    def _print(self, data: bytes) -> None:
        """Write the bytes unchanged, because a text stream would change line ends and encoding."""
        binary = getattr(self.stdout._out, "buffer", None) if self.stdout._out is sys.stdout else None
        if binary is None:
            self.stdout.write(data.decode("utf-8"), ending="")
        else:
            binary.write(data)
            binary.flush()
