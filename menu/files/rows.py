"""The rows of a mapped file as texts in our own notation, with errors by row and column.

The notation: a decimal point, no thousands separators, `yes` and `no`. The readers of `menu.files.cells` take it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from menu.files.headers import COLUMNS, STATION, TRANSLATION_COLUMNS
from menu.files.mapping import ColumnMap
from menu.files.meanings import TAX_FIELDS, Meanings, split_stations
from menu.files.numbers import AmbiguousNumber, NotANumber, Reader, proof, reader_for
from menu.files.sheet import MOST_ROWS, TOO_MANY, Cell, FileRefused, Kind, Row, Sheet
from menu.files.workbooks import FIFTEEN, plain

_FLAGS = frozenset({"popular", "available"})
_COUNTS = frozenset({"course", "prep_minutes", "portions_left"})
_TAXES = frozenset(TAX_FIELDS)
_REGULAR = frozenset({"", "regular", "default", "standard"})  # variants that other systems write for dishes without any
_ON = frozenset({"y", "yes", "true", "1", "x"})
_QUOTED = re.compile(r"'+[=+\-@\t\r\n]")
# A quoted name, or a choice's price: behind the price stand only marks such as `*` and `(86)`. The possessive `*+`
# keeps hostile cells cheap.
_PRICE_IN_OPTIONS = re.compile(
    r'"(?:[^"]|"")*"|(?<=\s)(?P<sign>[+\-\u2212])(?P<number>[0-9][0-9.,]*)'
    r"(?=(?:\s*(?:\*|\([^()]*\)))*+\s*(?:[;\n]|$))"
)
_NUMBER_IN_TAX = re.compile(r"(?<![\w.,])[0-9]+[.,][0-9]+(?![\w.,])")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """The problem of one cell: the row as the spreadsheet numbers it, its column, a sentence."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class TextRow:
    """A dish of the file as {column: text}; columns that the file lacks are absent."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class TextRows:
    """All dishes of a file, its problems, and the rows that are no dishes."""

    rows: tuple[TextRow, ...]
    problems: tuple[Problem, ...]
    not_dishes: int
    asks_separator: bool


@dataclass(frozen=True, slots=True)
class Currency:
    """The facts about a currency that prices need: its marks and its number of decimals."""

    marks: tuple[str, ...]
    digits: int

    def bare(self, text: str) -> str:
        """Return a price without the currency's sign or code before or after it."""
        for mark in self.marks:
            if text.casefold().startswith(mark.casefold()):
                return text[len(mark) :].strip(" \u00a0\u202f")
            if text.casefold().endswith(mark.casefold()):
                return text[: -len(mark)].strip(" \u00a0\u202f")
        return text


def unquoted(text: str) -> str:
    """Return a text cell without the apostrophe that an export puts before what a program would run."""
    return text[1:] if _QUOTED.match(text) else text


def read_rows(
    sheet: Sheet,
    columns: ColumnMap,
    currency: Currency,
    *,
    decimal: str = "",
    category: str = "",
    meanings: Meanings = Meanings(),  # noqa: B008 (frozen)
) -> TextRows:
    """Return the dishes of a file. `decimal` is the separator that a person has told, `.` or `,`.

    `category` is the category of all dishes of a file that has no such column, `meanings` are those of its words.

    Raises FileRefused for too many rows.
    """
    below = [row for row in sheet.rows if row.number > columns.header_row]
    if len(below) > MOST_ROWS:
        raise FileRefused(TOO_MANY)
    kind = columns.kind_column
    not_dishes = columns.profile.not_dishes if columns.profile else frozenset()
    dishes = [row for row in below if kind is None or row.cell(kind).text.casefold() not in not_dishes]
    dishes = [row for row in dishes if any(row.cell(column) for column in columns.fields)]
    numbers = Reader(decimal, told=True) if decimal else reader_for(_proofs(dishes, columns, currency))
    if numbers.mark is None and _is_own_export(sheet, columns):
        numbers = Reader(".")
    reader = _RowReader(columns, currency, numbers, category, meanings)
    rows = tuple(TextRow(row.number, reader.cells(row)) for row in dishes)
    problems = (*reader.problems, *_surplus(sheet, columns, dishes))
    return TextRows(rows, problems, len(below) - len(dishes), reader.ambiguous)


def _surplus(sheet: Sheet, columns: ColumnMap, rows: list[Row]) -> Iterator[Problem]:
    """Yield a problem for each row of a text file with more cells than the header: an unquoted `12,50` is two cells."""
    width = len(columns.headers)
    if not sheet.delimiter:
        return
    for row in rows:
        if any(row.cells[width:]):
            message = gettext("The row has more cells than the header. Put what holds a “%(delimiter)s” in quotes.") % {
                "delimiter": sheet.delimiter
            }
            yield Problem(row.number, columns.label(width), message)


def _is_own_export(sheet: Sheet, columns: ColumnMap) -> bool:
    """Return whether the file has the exact form of our export, which writes decimal points: `1.250` dinars."""
    return sheet.delimiter == "," and columns.headers[: len(COLUMNS)] == COLUMNS


def _proofs(rows: list[Row], columns: ColumnMap, currency: Currency) -> Iterator[str | None]:
    """Return what each number of the file says about its decimal separator. Numbers of a workbook need no proof."""
    for row in rows:
        for column, field in columns.fields.items():
            text = row.cell(column).text
            if row.cell(column).kind is not Kind.TEXT or not text:
                continue
            if field == "price":
                yield proof(currency.bare(text), whole=currency.digits == 0)
            elif field in _TAXES:
                yield from (proof(number, most=100) for number in _NUMBER_IN_TAX.findall(text))
            elif field == "options":
                numbers = (found["number"] for found in _PRICE_IN_OPTIONS.finditer(text))
                yield from (proof(number, whole=currency.digits == 0) for number in numbers if number)


class _RowReader:
    """The reader of the rows of one file, and the problems that it found so far."""

    def __init__(
        self, columns: ColumnMap, currency: Currency, numbers: Reader, category: str, meanings: Meanings
    ) -> None:
        self.columns, self.currency, self.numbers, self.category = columns, currency, numbers, category
        self.meanings = meanings
        self.problems: list[Problem] = []
        self.ambiguous = False

    def cells(self, row: Row) -> dict[str, str]:
        texts = {field: self._text(row, column, field) for column, field in self.columns.fields.items()}
        if self.columns.taxes:
            on = [tax for column, tax in self.columns.taxes.items() if row.cell(column).text.casefold() in _ON]
            texts["tax"] = " + ".join(on) or "0"
        texts = self._take_away(row) | texts
        variant = texts.pop("variant", "")
        if variant.casefold() not in _REGULAR and texts.get("name"):
            texts["name"] = f"{texts['name']} ({variant})"
        if "category" not in texts and self.category:
            texts["category"] = self.category
        return {field: texts[field] for field in (*COLUMNS, STATION, *TRANSLATION_COLUMNS) if field in texts}

    def _take_away(self, row: Row) -> dict[str, str]:
        """Return the tax of take-away that belongs to the meaning of a row's word for the tax, if it has one."""
        words = [row.cell(column).text for column, field in self.columns.fields.items() if field == "tax"]
        told = self.meanings.tax(words[0]) if words else None
        return {"tax_take_away": told[1]} if told and len(told) > 1 else {}

    def _text(self, row: Row, column: int, field: str) -> str:
        """Return one cell in our notation, or record its problem and return an empty text."""
        cell = row.cell(column)
        try:
            problem = _unfit(cell, field)
            if problem:
                raise ValueError(problem)
            return self._converted(cell, field)
        except AmbiguousNumber as error:
            self.ambiguous = True
            told = gettext("Say whether the file writes a decimal point or a decimal comma.")
            self.problems.append(Problem(row.number, self.columns.label(column), f"{error} {told}"))
        except ValueError as error:
            self.problems.append(Problem(row.number, self.columns.label(column), str(error)))
        return ""

    def _converted(self, cell: Cell, field: str) -> str:
        if field in _FLAGS and cell.kind is Kind.BOOLEAN:
            return "yes" if cell.text == "TRUE" else "no"
        if not cell.text:
            return ""
        if field == "price":
            return plain(self._price(cell))
        if field in _TAXES:
            told = self.meanings.tax(cell.text)
            return self._tax(cell) if told is None else told[0]
        if field == STATION:
            return ", ".join(map(self.meanings.station, split_stations(unquoted(cell.text))))
        if field == "options":
            return _PRICE_IN_OPTIONS.sub(self._option_price, unquoted(cell.text))
        return cell.text if field in _COUNTS else unquoted(cell.text)

    def _price(self, cell: Cell) -> Decimal:
        number = self._amount(self.currency.bare(cell.text)) if cell.number is None else cell.number
        if number < 0:
            raise NotANumber(gettext("“%(text)s” is below zero.") % {"text": cell.text})
        return number

    def _option_price(self, found: re.Match[str]) -> str:
        if not found["number"]:
            return found[0]  # a name in quotes
        return found["sign"] + plain(self._amount(found["number"]))

    def _amount(self, text: str) -> Decimal:
        """Return an amount that is written as text. Raises NotANumber, AmbiguousNumber."""
        try:
            return self.numbers.number(text, whole=self.currency.digits == 0).normalize(FIFTEEN)
        except NotANumber as error:
            raise NotANumber(str(error).replace("a number", "a price", 1)) from None

    def _tax(self, cell: Cell) -> str:
        """Return a tax cell with decimal points. A bare 0.19 in a workbook is a forgotten percent format."""
        if cell.number is not None and not cell.percent and 0 < cell.number < 1:
            raise ValueError(
                gettext("%(text)s would be less than 1 %%. Write 19 or “19 %%” for nineteen percent.")
                % {"text": cell.text}
            )

        def pointed(found: re.Match[str]) -> str:
            return plain(self.numbers.number(found[0], most=100))

        return _NUMBER_IN_TAX.sub(pointed, cell.text)


def _unfit(cell: Cell, field: str) -> str:
    """Return why a cell cannot be read in this column, or an empty text."""
    if cell.kind is Kind.UNCALCULATED:
        return gettext("This formula has no result in the file. Open it in a spreadsheet program and save it again.")
    if cell.kind is Kind.ERROR:
        return gettext("The formula gives %(text)s.") % {"text": cell.text}
    if cell.kind is Kind.DATE:
        return gettext(
            "The spreadsheet has made a date of this cell (%(text)s). Format it as text and type it again."
        ) % {"text": cell.text}
    if cell.kind is Kind.BOOLEAN and field not in _FLAGS:
        return gettext("The spreadsheet has made %(text)s of this cell. Format it as text and type it again.") % {
            "text": cell.text
        }
    if cell.kind is Kind.SCALED:
        return gettext("The cell holds %(text)s, but its format shows another number. Format it as a plain number.") % {
            "text": cell.text
        }
    if cell.percent and field not in _TAXES:
        return gettext("%(text)s %% is a percentage.") % {"text": cell.text}
    return ""
