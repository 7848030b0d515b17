"""Files that the export writes: nothing in them runs, and the import reads the same texts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bistro.core.kernel.texts import clean_text
from menu.files.headers import COLUMNS
from menu.files.mapping import map_columns
from menu.files.opening import open_sheet
from menu.files.rows import Currency, read_rows, unquoted
from menu.files.writing import as_csv, as_workbook, harmless

pytestmark = pytest.mark.database_agnostic

RUN = ("=", "+", "-", "@", "\t", "\r", "\n")
odd = st.text(alphabet=st.sampled_from("'=+-@;,\"\n #*[]!:aä½北0.9")) | st.text()
texts = odd.map(clean_text).filter(bool)


@pytest.mark.parametrize("cell", ["=A1", "+1", "-1", "@x", "\tx", "\n=x", "'=A1", "''+1", "'\t"])
def test_a_cell_that_would_be_run_gains_one_apostrophe_and_loses_it(cell):
    assert harmless(cell) == f"'{cell}"
    assert unquoted(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["'s Gravenhage", "a=1", "'", "''", "", "7-Up -1.50"])
def test_other_cells_stay(cell):
    assert harmless(cell) == unquoted(cell) == cell


@given(st.text())
def test_what_is_quoted_is_unquoted(text):
    assert unquoted(harmless(text)) == text
    assert not harmless(text).startswith(RUN)


@pytest.mark.parametrize("write", [as_csv, as_workbook])
@example(name="_x0041_", description="__x000D_", options="a_x005F_x0041_b")
@example(name="#N/A", description="TRUE", options="007")
@given(name=texts, description=texts, options=texts)
def test_every_text_comes_back(write, name, description, options):
    cells = {"category": "A", "name": name, "description": description, "price": "1.250", "options": options}
    sheet = open_sheet(write([[cells.get(column, "") for column in COLUMNS]], COLUMNS))
    (row,) = read_rows(sheet, map_columns(sheet), Currency(("KWD",), 3)).rows
    assert {column: text for column, text in row.cells.items() if text} == {**cells, "price": "1.25"}


def test_a_workbook_may_have_more_columns_than_the_alphabet_has_letters():
    columns = [f"name:{number}" for number in range(30)]
    sheet = open_sheet(as_workbook([[str(number) for number in range(30)]], columns))
    assert [row.texts[-1] for row in sheet.rows] == ["name:29", "29"]
