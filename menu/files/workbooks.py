"""Reading of Excel workbooks (.xlsx), with the values that people see."""

from __future__ import annotations

import datetime
import re
import zipfile
from decimal import Context, Decimal
from io import BytesIO
from itertools import islice
from typing import Any

from django.utils.translation import gettext
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from menu.files.headers import field_of
from menu.files.sheet import EMPTY, MOST_COLUMNS, TOO_WIDE, Cell, FileRefused, Kind, Row, Sheet, capped

MOST_BYTES = 64 * 1024 * 1024
FARTHEST_ROW = 100_000
LAST_ROW = 1_048_576  # of Excel
MOST_CELLS = 1_000_000
LONGEST_FORMAT = 255  # of Excel
# The digits that spreadsheet programs keep and show: 0.30000000000000004 is 0.3.
FIFTEEN = Context(prec=15)
_DATES = (datetime.date, datetime.time, datetime.timedelta)
# Parts of a number format that are text or conditions and not digits.
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_SCALED = re.compile(r"[0#?],+(?![0#?,])")


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes are a ZIP archive, as every .xlsx file is."""
    return data.startswith(b"PK\x03\x04")


def read_workbook(data: bytes) -> Sheet:
    """Return the rows of the sheet that looks like a menu, else of the first one. Raises FileRefused."""
    _refuse_bombs(data)
    try:
        shown = _tables(data, values=False)
        if any(cell.kind is Kind.UNCALCULATED for _name, rows in shown for row in rows for cell in row.cells):
            shown = _calculated(shown, _tables(data, values=True))
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises errors of many kinds for damaged files
        raise FileRefused(
            gettext("The workbook is damaged. Open it in a spreadsheet program and save it again.")
        ) from error
    full = [(name, rows) for name, rows in shown if any(rows)]
    if not full:
        raise FileRefused(gettext("The workbook is empty."))
    name, rows = max(full, key=lambda table: _known_headers(table[1]))
    _refuse_strays(rows)
    others = tuple(other for other, _rows in full if other != name)
    return Sheet(capped(rows), "Excel", name=name if others else "", ignored_sheets=others)


def _refuse_bombs(data: bytes) -> None:
    """Raise FileRefused for an archive that unpacks to too much, or that is no workbook."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as book:
            parts = book.infolist()
    except zipfile.BadZipFile:
        raise FileRefused(
            gettext("The workbook is damaged. Open it in a spreadsheet program and save it again.")
        ) from None
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise FileRefused(gettext("This workbook is too large."))
    if not any(part.filename.casefold() == "xl/workbook.xml" for part in parts):
        raise FileRefused(gettext("This is not an Excel workbook. Save it as .xlsx or as CSV."))


def _refuse_strays(rows: list[Row]) -> None:
    """Raise FileRefused for a sheet with something far from the other rows, which would not be read."""
    if any(len(row.cells) > MOST_COLUMNS for row in rows):
        raise FileRefused(TOO_WIDE)
    if rows[-1].number > FARTHEST_ROW:
        raise FileRefused(
            gettext("Row %(row)s is far below the others. Copy the rows into a new workbook.")
            % {"row": rows[-1].number}
        )


def _known_headers(rows: list[Row]) -> int:
    return max(len({field_of(text) for text in row.texts} - {None}) for row in rows[:20])


def _tables(data: bytes, *, values: bool) -> list[tuple[str, list[Row]]]:
    """Return (name, rows) of each visible sheet: formulas, or with `values` what they last amounted to."""
    book = load_workbook(BytesIO(data), read_only=True, data_only=values, keep_links=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return [(sheet.title, _rows(sheet)) for sheet in sheets]
    finally:
        book.close()


def _rows(sheet: Any) -> list[Row]:
    """Return the rows that hold something. Of the cells that are too far away one stands for all."""
    sheet.reset_dimensions()  # some programs write a wrong size, and cells beyond it would be lost
    rows: list[Row] = []
    read = 0
    for number, cells in enumerate(islice(sheet.iter_rows(), LAST_ROW), start=1):
        read += len(cells)
        if read > MOST_CELLS:
            raise FileRefused(gettext("The sheet has cells far to the right. Copy the rows into a new workbook."))
        found = [_cell(cell) for cell in cells[:MOST_COLUMNS]]
        found += [stray for stray in map(_cell, cells[MOST_COLUMNS:]) if stray][:1]
        while found and not found[-1]:
            found.pop()
        if found:
            rows.append(Row(number, tuple(found)))
        if found and number > FARTHEST_ROW:
            break
    return rows


def _calculated(formulas: list[tuple[str, list[Row]]], values: list[tuple[str, list[Row]]]) -> list[Any]:
    """Return the tables with the stored result in place of each formula that has one."""
    found = {name: {row.number: row for row in rows} for name, rows in values}
    return [(name, [_with_results(row, found[name].get(row.number)) for row in rows]) for name, rows in formulas]


def _with_results(row: Row, results: Row | None) -> Row:
    if results is None:
        return row
    cells = [
        results.cell(column) if cell.kind is Kind.UNCALCULATED and results.cell(column) else cell
        for column, cell in enumerate(row.cells)
    ]
    return Row(row.number, tuple(cells))


def _cell(cell: Any) -> Cell:
    """Return a cell of a workbook in our terms."""
    value = cell.value
    if value is None:
        return EMPTY
    if cell.data_type == "f":
        return Cell(str(value)[:60], Kind.UNCALCULATED)
    if cell.data_type == "e":
        return Cell(str(value), Kind.ERROR)
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE", Kind.BOOLEAN)
    if isinstance(value, _DATES):
        return Cell(str(value).removesuffix(" 00:00:00"), Kind.DATE)
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    return Cell(unescape(str(value)).strip(" \u00a0"))


def _number(value: float, number_format: str) -> Cell:
    """Return a number as its format shows it."""
    number = FIFTEEN.create_decimal(repr(value))
    bare = _LITERALS.sub("", number_format[:LONGEST_FORMAT])
    percent = "%" in bare
    if percent:
        number = FIFTEEN.multiply(number, Decimal(100))
    kind = Kind.SCALED if _SCALED.search(bare.split(";")[0]) else Kind.NUMBER
    return Cell(plain(number), kind, number, percent)


def plain(number: Decimal) -> str:
    """Return a number in digits, without an exponent and trailing zeros."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
