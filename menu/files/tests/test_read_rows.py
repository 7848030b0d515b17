"""Rows of a mapped file in our own notation; errors by row as the spreadsheet numbers them."""

import datetime

import pytest

from menu.files.headers import field_of
from menu.files.mapping import map_columns
from menu.files.opening import open_sheet
from menu.files.rows import Currency, read_rows
from menu.files.tests.workbook_bytes import workbook

pytestmark = pytest.mark.database_agnostic

EURO = Currency(("EUR", "€"), 2)
YEN = Currency(("JPY", "¥"), 0)
DINAR = Currency(("KWD",), 3)


def read(data, currency=EURO, decimal="", told=None):
    sheet = open_sheet(data if isinstance(data, bytes) else data.encode())
    return read_rows(sheet, map_columns(sheet, told), currency, decimal=decimal)


def prices(*texts, **options):
    """Return the prices of a file with one dish for each text, else its problems."""
    found = read("category;name;price\n" + "".join(f"A;Dish {n};{text}\n" for n, text in enumerate(texts)), **options)
    return [row.cells["price"] for row in found.rows] if not found.problems else found


@pytest.mark.parametrize(
    ("texts", "read_as"),
    [
        (("1.234,56", "2,40"), ["1234.56", "2.4"]),
        (("1,234.56", "2.40"), ["1234.56", "2.4"]),
        (("1.234", "2,40"), ["1234", "2.4"]),
        (("1.234", "2.40"), ["1.234", "2.4"]),
        (("€ 12,50", "12,50 €", "EUR 3", "7 eur"), ["12.5", "12.5", "3", "7"]),
        (("1000", "7"), ["1000", "7"]),
        (("0.30000000000000004", "2.4000000000000004"), ["0.3", "2.4"]),
    ],
)
def test_the_file_decides_what_a_comma_is(texts, read_as):
    assert prices(*texts) == read_as


@pytest.mark.parametrize(("currency", "text"), [(EURO, "1.234"), (EURO, "1,234"), (DINAR, "1.250"), (DINAR, "1,250")])
def test_an_ambiguous_file_asks_and_names_the_row(currency, text):
    found = prices("7", text, currency=currency)
    assert found.asks_separator
    ((row, column, message),) = [(p.row, p.column, p.message) for p in found.problems]
    assert (row, column) == (3, "price")
    assert text in message
    assert "decimal point or a decimal comma" in message


def test_a_person_answers():
    assert prices("1.250", currency=DINAR, decimal=".") == ["1.25"]
    assert prices("1.250", currency=DINAR, decimal=",") == ["1250"]
    assert not prices("1.50", decimal=",").asks_separator


def test_digits_of_the_currency_count():
    assert prices("1,234", "155", currency=YEN) == ["1234", "155"]
    assert prices("1.250", "0.375", currency=DINAR) == ["1.25", "0.375"]


@pytest.mark.parametrize("text", ["1e3", "1_000", "NaN", "１２", "$5", "5 USD", "much", "3,-", "½"])
def test_what_is_no_price_is_said_by_row(text):
    found = prices("2.50", text)
    ((row, column, message),) = [(p.row, p.column, p.message) for p in found.problems]
    assert (row, column, message) == (3, "price", f"“{text}” is not a price.")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [("19", "19"), ("19 %", "19 %"), ("VAT 19", "VAT 19"), ("GST 5 + QST 9,975", "GST 5 + QST 9.975"),
     ("9.975", "9.975"), ("8,875 %", "8.875 %"), ("", "")],
)  # fmt: skip
def test_taxes_get_a_point(text, read_as):
    (row,) = read(f"category;name;price;tax\nA;B;2;{text}\n").rows
    assert row.cells["tax"] == read_as


@pytest.mark.parametrize(
    ("value", "number_format", "tax"),
    [(0.19, "0%", "19"), (0.19, "0.0%", "19"), (19, "0", "19"), (0.08875, "0.000%", "8.875")],
)
def test_a_percent_cell_is_the_percentage(value, number_format, tax):
    data = workbook(["category", "name", "price", "tax"], ["Drinks", "Cola", 3.5, value], formats={"D2": number_format})
    (row,) = read(data).rows
    assert (row.cells["price"], row.cells["tax"]) == ("3.5", tax)


@pytest.mark.parametrize(
    ("column", "value", "number_format", "says"),
    [
        ("name", datetime.date(2026, 7, 11), None, "made a date"),
        ("name", True, None, "made TRUE"),
        ("category", False, None, "made FALSE"),
        ("price", datetime.date(2026, 5, 1), None, "made a date"),
        ("price", True, None, "made TRUE"),
        ("price", "=A1*2", None, "formula has no result"),
        ("price", "#DIV/0!", None, "gives #DIV/0!"),
        ("price", 0.5, "0%", "50 % is a percentage"),
        ("price", 12500, "0,", "its format shows another number"),
        ("tax", 0.19, None, "less than 1 %"),
    ],
)
def test_what_a_spreadsheet_made_of_a_cell_is_said_by_row(column, value, number_format, says):
    names = ["category", "name", "price", "tax"]
    row = [{"category": "A", "name": "Soup", "price": 3, "tax": 19, column: value}[name] for name in names]
    place = f"{'ABCD'[names.index(column)]}4"
    data = workbook(["Menu"], names, ["A", "Tea", 2, 19], row, formats={place: number_format} if number_format else {})
    found = read(data)
    assert [(p.row, p.column) for p in found.problems] == [(4, column)]
    assert says in found.problems[0].message


def test_flags_of_a_workbook_are_words():
    data = workbook(["category", "name", "price", "popular", "available"], ["A", "Tea", 2, True, False])
    (row,) = read(data).rows
    assert (row.cells["popular"], row.cells["available"]) == ("yes", "no")


def test_quotes_of_an_export_are_removed_once():
    text = "category,name,price,description\nA,'=1+1,2,''-x\nA,'s Gravenhage,2,'=\nA,'''@,2,-\n"
    found = [(row.cells["name"], row.cells["description"]) for row in read(text).rows]
    assert found == [("=1+1", "'-x"), ("'s Gravenhage", "="), ("''@", "-")]


def test_columns_that_the_file_lacks_are_absent():
    (row,) = read("category,name,price\nA,Tea,2\n").rows
    assert set(row.cells) == {"category", "name", "price"}


def test_variants_and_taxes_of_square():
    text = (
        "Token,Item Name,Variation Name,Category,Price,Tax - GST (5%),Tax - PST (7%)\n"
        "1,Latte,Large,Drinks,4.50,Y,Y\n2,Tea,Regular,Drinks,2.00,Y,N\n3,Bread,,Food,1.00,N,N\n"
    )
    found = [(row.cells["name"], row.cells["tax"]) for row in read(text).rows]
    assert found == [("Latte (Large)", "GST 5 + PST 7"), ("Tea", "GST 5"), ("Bread", "0")]


def test_rows_that_are_no_dishes_are_counted():
    text = "Entity type,Name,Menu group,Pricing strategy,Price\nMenu item,Steak,Mains,BASE,21\nModifier,Rare,,BASE,0\n"
    found = read(text)
    assert [row.cells["name"] for row in found.rows] == ["Steak"]
    assert found.not_dishes == 1


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Size: S *; L +1,50", "Size: S *; L +1.5"),
        ("Size: L +1,50 * (86); XL \u22120,50 (free of nuts)", "Size: L +1.5 * (86); XL \u22120.5 (free of nuts)"),
        ("Size: L +2,00 (contains nuts, milk) (free of eggs)", "Size: L +2 (contains nuts, milk) (free of eggs)"),
        ('Deal: Two +2,50 extra; "7-Up -1,50" +1,00', 'Deal: Two +2,50 extra; "7-Up -1,50" +1'),
        ("A: B +1.250\nC: D +0,50", "A: B +1250\nC: D +0.5"),
    ],
)
def test_prices_of_choices_get_a_point_and_names_stay(text, read_as):
    (row,) = read(workbook(["category", "name", "price", "options"], ["A", "B", 2, text])).rows
    assert row.cells["options"] == read_as


def test_a_price_of_a_choice_decides_for_the_file_and_can_be_a_question():
    text = "category,name,price,options\nGrill,Shawarma,1.250,Side: Rice {}\n"
    assert read(text.format("+0.375"), DINAR).rows[0].cells["price"] == "1.25"
    found = read(text.format("+1.375").replace(",1.250,", ",2,"), DINAR)
    assert [(p.row, p.column) for p in found.problems] == [(2, "options")]
    assert found.asks_separator


@pytest.mark.parametrize("tail", [" !a" * 5000 + "x)", " (a)" * 5000 + "x", " " * 20_000 + "x", " +1" * 5000 + " !a ("])
def test_a_hostile_cell_costs_little(tail):
    """Patterns that try again at each place would not end here."""
    (row,) = read(workbook(["category", "name", "price", "options"], ["A", "B", 2, "Side: Rice +1" + tail])).rows
    assert row.cells["options"].startswith("Side: Rice +1")
    assert field_of("a" + " " * 100_000 + "b") is None
