"""Files that the import reads: the export of a menu as CSV or Excel, and the empty template."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from bistro.core.kernel.errors import DomainError
from menu.files.headers import REQUIRED

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A cell that a spreadsheet program would run, or that looks like one that was made harmless before.
_RISKY = re.compile(r"'*[=+\-@\t\r\n]")
LONGEST_CELL = 32_767  # of Excel
_NUMBERS = frozenset({"price", "course", "prep_minutes", "portions_left"})
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no way to write them
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # a workbook spells special letters like this: _x000D_
_WIDTHS = {"name": 32, "description": 40, "options": 60}


def harmless(text: str) -> str:
    """Return a text cell with one more apostrophe if a spreadsheet program could run it. The import removes one."""
    return f"'{text}" if _RISKY.match(text) else text


def as_csv(rows: Iterable[Sequence[str]], columns: Sequence[str]) -> bytes:
    """Return a CSV file in UTF-8 with a mark at its beginning, by which Excel knows the encoding."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_text_cell(name, text) for name, text in zip(columns, row, strict=True)] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _text_cell(column: str, text: str) -> str:
    return text if column in _NUMBERS else harmless(text)


def as_workbook(rows: Iterable[Sequence[str]], columns: Sequence[str]) -> bytes:
    """Return an Excel workbook. Prices and counts are numbers, every other cell is text and no formula.

    Raises DomainError for a text that is too long for a cell, because a program would cut it off.
    """
    texts = [[_workbook_text(name, text) for name, text in zip(columns, row, strict=True)] for row in rows]
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Menu")
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns):
        sheet.column_dimensions[get_column_letter(place + 1)].width = _WIDTHS.get(column.partition(":")[0], 16)
    sheet.append([_header(sheet, column) for column in columns])
    for row in texts:
        sheet.append([_workbook_cell(sheet, name, text) for name, text in zip(columns, row, strict=True)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _header(sheet: Any, column: str) -> Any:
    cell = WriteOnlyCell(sheet, column)
    cell.font = Font(bold=column in REQUIRED)
    return cell


def _workbook_text(column: str, text: str) -> str:
    """Return a text as a workbook spells it. Raises DomainError if it is too long."""
    written = text if column in _NUMBERS else _ESCAPE.sub("_x005F_", _UNPRINTABLE.sub("", harmless(text)))
    if len(written) > LONGEST_CELL:
        raise DomainError(
            gettext(
                "A cell of the column %(column)s has more than %(longest_cell)s characters, which no workbook holds. "
                "Export the menu as CSV."
            )
            % {"column": column, "longest_cell": format(LONGEST_CELL, ",")},
            code="cell_too_long",
        )
    return written


def _workbook_cell(sheet: Any, column: str, text: str) -> Any:
    if column in _NUMBERS and text:
        cell = WriteOnlyCell(sheet, Decimal(text))
        places = len(text.partition(".")[2])
        cell.number_format = f"0.{'0' * places}" if places else "0"
        return cell
    cell = WriteOnlyCell(sheet, text or None)
    if text:
        cell.data_type = "s"  # otherwise a name such as #N/A becomes an error
    return cell
