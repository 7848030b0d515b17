"""A file of a menu or of bookings as rows of cells, whatever program wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

MOST_ROWS = 5000
MOST_WITH_TITLES = MOST_ROWS + 20  # some rows may stand above the header
MOST_COLUMNS = 200
TOO_WIDE = format_lazy(
    gettext_lazy("The file has cells beyond its {most}th column. Copy the rows into a new file."), most=MOST_COLUMNS
)
TOO_MANY = format_lazy(gettext_lazy("The file has too many rows. Import at most {most} rows at once."), most=MOST_ROWS)


class FileRefused(ValueError):
    """The reason why a whole file cannot be read, as a sentence for people."""


class Kind(StrEnum):
    """The kind of a cell's value. A CSV file holds text only."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    UNCALCULATED = "uncalculated"
    SCALED = "scaled"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. `number` is its exact value where the file holds a number and not text.

    A cell with a percent format has `percent`, and `number` is the percentage that people see: 19 for 0.19.
    """

    text: str = ""
    kind: Kind = Kind.TEXT
    number: Decimal | None = None
    percent: bool = False

    def __bool__(self) -> bool:
        return bool(self.text) or self.kind is not Kind.TEXT


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number as a spreadsheet program shows it; the first row is 1."""

    number: int
    cells: tuple[Cell, ...]

    def __bool__(self) -> bool:
        return any(self.cells)

    def cell(self, column: int) -> Cell:
        """Return the cell of a column. A short row ends with empty cells."""
        return self.cells[column] if column < len(self.cells) else EMPTY

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one file that are not empty, and how it was read."""

    rows: tuple[Row, ...]
    format: str
    encoding: str = ""
    delimiter: str = ""
    name: str = ""
    ignored_sheets: tuple[str, ...] = ()

    @property
    def how_read(self) -> str:
        """Return a phrase for people, e.g. `CSV, Windows-1252, columns separated by semicolons`."""
        words = {
            ",": gettext("columns separated by commas"),
            ";": gettext("columns separated by semicolons"),
            "\t": gettext("columns separated by tabs"),
            "|": gettext("columns separated by bars"),
        }
        parts = [self.format, self.encoding, gettext("sheet “%(name)s”") % {"name": self.name} if self.name else ""]
        if self.delimiter:
            parts.append(words[self.delimiter])
        return ", ".join(part for part in parts if part)


def capped(rows: list[Row]) -> tuple[Row, ...]:
    """Return the rows that hold something. Raises FileRefused when there are too many, or none."""
    full = tuple(row for row in rows if row)
    if not full:
        raise FileRefused(gettext("The file is empty."))
    if len(full) > MOST_WITH_TITLES:
        raise FileRefused(TOO_MANY)
    return full
