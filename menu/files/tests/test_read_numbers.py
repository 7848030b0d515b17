"""Numbers as people type them: `1.234,56` and `1,234.56` by evidence, never by a guess."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.files.numbers import AmbiguousNumber, NotANumber, Reader, proof, reader_for

pytestmark = pytest.mark.database_agnostic


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("12,5", ",", "12.5"),
        ("12.50", ".", "12.5"),
        ("0.375", ".", "0.375"),
        ("0,375", ",", "0.375"),
        ("1234.567", ".", "1234.567"),
        ("1.234.567", ",", "1234567"),
        ("1'234.50", ".", "1234.5"),
        ("1\u202f234,50", ",", "1234.5"),
        ("1 234,5", ",", "1234.5"),
        (".50", ".", "0.5"),
        ("-1,50", ",", "-1.5"),
        ("\u22121,50", ",", "-1.5"),
        ("0.30000000000000004", ".", "0.30000000000000004"),
    ],
)
def test_a_number_that_proves_its_separator(text, mark, value):
    assert proof(text) == mark
    assert Reader().number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["7", "1000", "1 234", "0", "+3"])
def test_a_whole_number_proves_nothing_and_needs_nothing(text):
    assert proof(text) is None
    assert Reader().number(text) == Decimal(text.replace(" ", ""))


@pytest.mark.parametrize(
    "text",
    ["1e3", "1E3", "1_000", "NaN", "Infinity", "inf", "much", "", "１２", "１.５", "٣", "1.2.3", "1,2,3", "12.", "--1",
     "1.23,45", "1,23.45", "0x10", "1/2", "½", "1" * 40, "1.234,567.8", "1 23"],
)  # fmt: skip
def test_what_is_no_price_is_refused(text):
    with pytest.raises(NotANumber):
        Reader().number(text)
    assert proof(text) is None


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.000", "999,999"])
def test_an_ambiguous_number_is_a_question(text):
    with pytest.raises(AmbiguousNumber) as asked:
        Reader().number(text)
    assert text in str(asked.value)
    point, comma = Reader(".").number(text), Reader(",").number(text)
    assert point != comma
    assert f"{point:f}" in str(asked.value)
    assert f"{comma:f}" in str(asked.value)


def test_the_other_numbers_of_the_file_decide():
    assert reader_for(map(proof, ["1.234", "2,50", "7"])).number("1.234") == 1234
    assert reader_for(map(proof, ["1.234", "0.375", "7"])).number("1.234") == Decimal("1.234")


def test_numbers_that_disagree_decide_nothing_but_themselves():
    reader = reader_for(map(proof, ["2,50", "2.50", "1.234"]))
    assert reader.number("2,50") == reader.number("2.50") == Decimal("2.5")
    with pytest.raises(AmbiguousNumber):
        reader.number("1.234")


def test_a_person_who_has_told_the_separator_is_believed():
    assert Reader(",", told=True).number("1.234") == 1234
    with pytest.raises(NotANumber, match="decimal comma"):
        Reader(",", told=True).number("2.50")


def test_an_amount_without_decimals_has_none():
    assert Reader().number("1,234", whole=True) == Reader().number("1.234", whole=True) == 1234
    assert Reader().number("1,000", whole=True) == 1000
    assert proof("1.000", whole=True) == ","


def test_a_percentage_above_a_hundred_is_not_meant():
    assert Reader().number("9,975", most=100) == Reader().number("9.975", most=100) == Decimal("9.975")
    assert proof("9,975", most=100) == ","


@given(st.decimals(0, 99_999_999, places=3, allow_nan=False), st.sampled_from([".", ","]))
def test_every_number_is_read_as_it_was_written(value, mark):
    text = f"{value:,.3f}"
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert Reader(mark, told=True).number(text) == value
