"""Taxes as plain values: the components in force, and the text of a cell."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.taxes import CompiledTax, DishTax, read_components, read_dish_tax, write_components

pytestmark = pytest.mark.database_agnostic

EVE, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)


def percents(*pairs):
    return tuple((name, Decimal(percent)) for name, percent in pairs)


# --- what is in force -----------------------------------------------------------------------------------------------
def test_a_rate_changes_on_a_day():
    """Berlin: food eaten in has 19 % until 31 December 2025 and 7 % from then on."""
    food = CompiledTax.of([("", None, "MwSt", Decimal(19)), ("", NEW_YEAR, "MwSt", Decimal(7))])
    assert food.on("dine_in", EVE) == percents(("MwSt", "19"))
    assert food.on("dine_in", NEW_YEAR) == food.on("take_away", date(2030, 1, 1)) == percents(("MwSt", "7"))


def test_a_kind_of_order_has_its_own_components():
    tokyo = CompiledTax.of([("", None, "消費税", Decimal(10)), ("take_away", None, "消費税", Decimal(8))])
    assert tokyo.on("take_away", EVE) == percents(("消費税", "8"))
    assert tokyo.on("dine_in", EVE) == tokyo.on("counter", EVE) == percents(("消費税", "10"))


def test_before_its_first_day_a_kind_has_the_components_of_every_kind():
    tax = CompiledTax.of([("", None, "VAT", Decimal(10)), ("take_away", NEW_YEAR, "VAT", Decimal(5))])
    assert tax.on("take_away", EVE) == percents(("VAT", "10"))
    assert tax.on("take_away", NEW_YEAR) == percents(("VAT", "5"))


def test_a_newer_set_replaces_the_whole_older_one():
    tax = CompiledTax.of(
        [("", None, "GST", Decimal(5)), ("", None, "PST", Decimal(7)), ("", NEW_YEAR, "HST", Decimal(13))]
    )
    assert tax.on("dine_in", EVE) == percents(("GST", "5"), ("PST", "7"))
    assert tax.on("dine_in", NEW_YEAR) == percents(("HST", "13"))


def test_a_tax_that_begins_later_is_none_before():
    tax = CompiledTax.of([("", NEW_YEAR, "VAT", Decimal(5))])
    assert tax.on("dine_in", EVE) == ()


# --- cells ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "components"),
    [
        ("19", percents(("Tax", "19"))),
        ("19 %", percents(("Tax", "19"))),
        ("19%", percents(("Tax", "19"))),
        ("VAT 19", percents(("VAT", "19"))),
        (" VAT  19 % ", percents(("VAT", "19"))),
        ("8,875", percents(("Tax", "8.875"))),
        ("GST 5 + QST 9.975", percents(("GST", "5"), ("QST", "9.975"))),
        ("QST 9.975%+GST 5%", percents(("GST", "5"), ("QST", "9.975"))),
        ("Food tax 2 7", percents(("Food tax 2", "7"))),
        ("0", ()),
        ("0 %", ()),
        ("0.00", ()),
        ("VAT 0", percents(("VAT", "0"))),
    ],
)
def test_a_cell_names_components(cell, components):
    assert read_components(cell) == components


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("much", "is not a tax. Write 19, VAT 19 or GST 5"),
        ("VAT", "is not a tax"),
        ("-5", "is not a tax"),
        ("1e1", "is not a tax"),
        ("1_0", "is not a tax"),
        ("8.87501", "is not a tax"),
        ("GST 5 +", "is not a tax"),
        ("VAT 101", "is more than 100 %"),
        ("GST 5 + GST 7", "names a tax twice"),
        (f"{'x' * 41} 5", "too long for the name of a tax"),
    ],
)
def test_a_cell_that_is_no_tax_is_refused_in_a_sentence(cell, message):
    with pytest.raises(ValueError, match=message):
        read_components(cell)


NAMES = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="+"), min_size=1, max_size=40)
PERCENTS = st.integers(0, 100_0000).map(lambda number: Decimal(number).scaleb(-4))


@given(st.lists(st.tuples(NAMES, PERCENTS), max_size=4, unique_by=lambda pair: pair[0]))
def test_components_are_written_as_they_are_read(components):
    assert read_components(write_components(tuple(components))) == tuple(sorted(components))


def test_the_second_cell_is_for_take_away():
    assert read_dish_tax("10", "8") == DishTax(percents(("Tax", "10")), percents(("Tax", "8")))
    assert read_dish_tax("10", "") == read_dish_tax("10", "10 %") == DishTax(percents(("Tax", "10")))
    assert read_dish_tax("10", "0") == DishTax(percents(("Tax", "10")), ())
    assert read_dish_tax("", "") is None
    with pytest.raises(ValueError, match="needs a tax for guests who eat in"):
        read_dish_tax("", "8")
