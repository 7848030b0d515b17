"""The report of a day as CSV and as an Excel workbook, without formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from bistro.core.kernel.money import digits, text
from menu.files.writing import harmless
from orders.till.reports.rows import Row, Table

NUMBERS = ("count", "net", "tax", "total")


def as_csv(tables: Sequence[Table], currency: str) -> bytes:
    """Return a CSV file in UTF-8 with a mark at its beginning, by which Excel knows the encoding."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_header())
    for table, row in _rows(tables):
        texts = [harmless(each) for each in (table.title, row.label, row.note)]
        writer.writerow([*texts, *(_as_text(getattr(row, name), currency) for name in NUMBERS)])
    return out.getvalue().encode("utf-8-sig")


def as_workbook(tables: Sequence[Table], currency: str) -> bytes:
    """Return an Excel workbook with one sheet. Amounts are numbers, every other cell is text and no formula."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_("Day"))
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFG", (28, 36, 36, 10, 14, 14, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([_text_cell(sheet, each, bold=True) for each in _header()])
    for table, row in _rows(tables):
        cells = [_text_cell(sheet, harmless(each)) for each in (table.title, row.label, row.note)]
        sheet.append([*cells, *(_number_cell(sheet, getattr(row, name), currency) for name in NUMBERS)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _header() -> list[str]:
    return [_("Table"), _("Name"), _("Note"), pgettext("a column", "Count"), _("Net"), _("Tax"), _("Total")]


def _rows(tables: Sequence[Table]) -> Iterator[tuple[Table, Row]]:
    for table in tables:
        for row in table.rows:
            yield table, row


def _as_text(value: Decimal | int | None, currency: str) -> str:
    if value is None:
        return ""
    return text(value, currency) if isinstance(value, Decimal) else str(value)


def _text_cell(sheet: Any, value: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value or None)
    if value:
        cell.data_type = "s"  # otherwise a name such as #N/A becomes an error
    if bold:
        cell.font = Font(bold=True)
    return cell


def _number_cell(sheet: Any, value: Decimal | int | None, currency: str) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal):
        places = digits(currency)
        cell.number_format = f"0.{'0' * places}" if places else "0"
    return cell
