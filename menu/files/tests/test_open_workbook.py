"""Excel workbooks: values as people see them."""

import datetime
import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook

from menu.files.opening import open_sheet
from menu.files.sheet import FileRefused, Kind
from menu.files.tests.workbook_bytes import saved, with_result, workbook

pytestmark = pytest.mark.database_agnostic


def only_cell(value, number_format=None):
    formats = {"A2": number_format} if number_format else {}
    return open_sheet(workbook(["name"], [value], formats=formats)).rows[1].cells[0]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (8.5, None, "8.5"),
        (7, None, "7"),
        (0.1 + 0.2, None, "0.3"),
        (0.30000000000000004, None, "0.3"),
        (1e3, None, "1000"),
        (12.0, "0.00", "12"),
        (1234.5, "#,##0.00", "1234.5"),
        (2.4, '0.00\\ "€"', "2.4"),
        (5, '0" 100%"', "5"),
    ],
)
def test_a_number_is_exact(value, number_format, text):
    cell = only_cell(value, number_format)
    assert (cell.text, cell.kind, cell.percent) == (text, Kind.NUMBER, False)
    assert cell.number == Decimal(text)


@pytest.mark.parametrize(
    ("value", "number_format", "seen"),
    [
        (0.19, "0%", "19"),
        (0.19, "0.0%", "19"),
        (0.07, "0%", "7"),
        (0.08875, "0.000%", "8.875"),
        (0.09975, '0.000" "%', "9.975"),
        (1, "0%", "100"),
    ],
)
def test_a_percent_cell_is_the_percentage_that_people_see(value, number_format, seen):
    cell = only_cell(value, number_format)
    assert (cell.text, cell.percent, cell.number) == (seen, True, Decimal(seen))


@pytest.mark.parametrize(
    ("value", "number_format", "kind"),
    [
        (datetime.date(2026, 7, 11), None, Kind.DATE),
        (datetime.datetime(2026, 7, 11, 12, 30), None, Kind.DATE),  # noqa: DTZ001  (a workbook has no zones)
        (datetime.time(7, 11), None, Kind.DATE),
        (True, None, Kind.BOOLEAN),
        ("#REF!", None, Kind.ERROR),
        (12345, "0,", Kind.SCALED),
        (12345678, "0.0,,", Kind.SCALED),
        ("=1+1", None, Kind.UNCALCULATED),
    ],
)
def test_what_is_no_plain_value_says_so(value, number_format, kind):
    assert only_cell(value, number_format).kind is kind


def test_a_formula_is_its_stored_result():
    data = with_result(workbook(["name", "price"], ["Soup", "=2*4.25"], ["Tea", "=1+1"]), "2*4.25", "8.5")
    rows = open_sheet(data).rows
    assert (rows[1].cells[1].text, rows[1].cells[1].kind) == ("8.5", Kind.NUMBER)
    assert rows[2].cells[1].kind is Kind.UNCALCULATED


def test_title_rows_keep_the_numbers_of_the_rows():
    data = workbook(["Our menu 2026"], [], ["category", "name", "price"], ["A", "Soup", 3])
    assert [row.number for row in open_sheet(data).rows] == [1, 3, 4]


def test_the_sheet_that_looks_like_a_menu_is_read_and_the_others_are_named():
    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["call the printer"])
    menu, hidden = book.create_sheet("Menu"), book.create_sheet("Old")
    menu.append(["category", "name", "price"])
    hidden.append(["category", "name", "price", "tax"])
    hidden.sheet_state = "hidden"
    sheet = open_sheet(saved(book))
    assert (sheet.name, sheet.ignored_sheets) == ("Menu", ("Notes",))
    assert sheet.rows[0].texts == ("category", "name", "price")


@pytest.mark.parametrize(
    ("place", "says"), [("A1048576", "Row 1048576 is far below"), ("XFD2", "200th column"), ("GS1", "200th column")]
)
def test_stray_cells_far_away_are_told_and_cost_little(place, says):
    book = Workbook()
    book.active.append(["category", "name", "price"])
    book.active[place] = "stray"
    with pytest.raises(FileRefused, match=says):
        open_sheet(saved(book))


def test_what_is_far_away_on_another_sheet_and_empty_cells_do_not_matter():
    book = Workbook()
    book.active.append(["category", "name", "price"])
    book.active["GR1"] = "Remark"
    book.active["GS2"].number_format = "0.00"
    book.create_sheet("Sales")["XFD2"] = "stray"
    (row,) = open_sheet(saved(book)).rows
    assert len(row.cells) == 200


def test_too_many_cells_far_away_are_refused():
    book = Workbook()
    for number in range(1, 80):
        book.active[f"XFD{number}"] = "stray"
    with pytest.raises(FileRefused, match="far to the right"):
        open_sheet(saved(book))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(monkeypatch):
    monkeypatch.setattr("menu.files.workbooks.MOST_BYTES", 100)
    with pytest.raises(FileRefused, match="too large"):
        open_sheet(workbook(["name"]))


def test_damaged_and_foreign_archives_are_refused_with_a_sentence():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("xl/workbook.xml", "<not xml")
    for data, says in [
        (out.getvalue(), "not an Excel workbook"),
        (broken.getvalue(), "damaged"),
        (workbook(["name"])[:300], "damaged"),
        (workbook([]), "empty"),
    ]:
        with pytest.raises(FileRefused, match=says):
            open_sheet(data)


def test_escaped_letters_of_a_workbook_are_read():
    assert only_cell("Fries_x000D_\nRice").text == "Fries\r\nRice"
