"""Whole numbers in what clients send."""

import pytest

from bistro.core.kernel.numbers import LARGEST_KEY, whole_number

pytestmark = pytest.mark.database_agnostic


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("7", 7), ("007", 7), ("9" * 18, LARGEST_KEY), ("٣", 3)],
)
def test_digits_are_a_number(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 7", "7 ", "-1", "+1", "1.0", "1e3", "0x7", "²", "seven", "9" * 19, "7" * 5000])
def test_anything_else_is_none(text):
    assert whole_number(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", None), ("1", 1), ("1440", 1440), ("1441", None)])
def test_both_ends_belong_to_the_range(text, number):
    assert whole_number(text, least=1, most=1440) == number
