"""Money: rounded in one module, by the rule of the house."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel import money

pytestmark = pytest.mark.database_agnostic

MODES = ("half_up", "up", "down")


@pytest.mark.parametrize(
    ("mode", "halves"),
    [("half_up", ["0", "1", "1", "1", "-1"]), ("up", ["1", "1", "1", "1", "-1"]), ("down", ["0", "0", "0", "1", "0"])],
)
def test_rounding_has_a_direction(mode, halves):
    parts = [(1, 3), (1, 2), (2, 3), (1, 1), (-1, 2)]
    assert [str(money.Rounding(0, mode=mode).units(*part)) for part in parts] == halves


@pytest.mark.parametrize(("digits", "amount"), [(0, "15"), (2, "0.15"), (3, "0.015")])
def test_units_are_amounts(digits, amount):
    assert str(money.Rounding(digits).amount(15)) == amount


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.integers(1, 10**6), st.sampled_from(MODES))
def test_parts_add_up_and_are_each_rounded_down_or_up(shares, denominator, mode):
    whole = money.Rounding(0, mode=mode).units(sum(shares), denominator)
    parts = money.allocate(whole, shares, denominator)
    assert sum(parts) == whole
    for part, share in zip(parts, shares, strict=True):
        assert share // denominator <= part <= -(-share // denominator)


def test_the_largest_remainder_gets_the_unit():
    assert money.allocate(1, [2, 5, 4], 10) == [0, 1, 0]
    assert money.allocate(2, [5, 5, 5], 10) == [1, 1, 0]


def test_amounts_as_text_and_as_people_write_them():
    assert money.text(Decimal("5"), "EUR") == "5.00"
    assert money.display(Decimal("12.5"), "EUR", "en_IE") == "€12.50"
    assert money.display(Decimal("1234.5"), "EUR", "de_DE").replace("\xa0", " ") == "1.234,50 €"
    assert money.display(Decimal("171.0000"), "JPY", "ja_JP") == "￥171"
    assert money.display(Decimal("1.25"), "KWD", "en_US").removeprefix("KWD").strip() == "1.250"


def test_what_a_choice_adds_or_takes_off_has_one_sign():
    assert money.surcharge(Decimal("-1.25"), "EUR", "en_IE") == "−€1.25"
    assert money.surcharge(Decimal("1.5"), "EUR", "en_IE") == "+€1.50"
    assert money.surcharge(Decimal("-50"), "JPY", "ja_JP") == "−￥50"
    assert money.surcharge(Decimal("0.00"), "EUR", "en_IE") == ""


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("171", "JPY", "171"), ("10.8300", "EUR", "10.83"), ("1.25", "KWD", "1.250"), ("0.05", "CHF", "0.05")],
)
def test_a_currency_has_its_own_digits(amount, currency, text):
    assert money.text(Decimal(amount), currency) == text
    assert str(money.exact(Decimal(amount), currency)) == text


@pytest.mark.parametrize(
    ("amount", "currency", "count"),
    [("170.5", "JPY", "no decimals"), ("1.005", "EUR", "2 decimals"), ("1.2505", "KWD", "3 decimals")],
)
def test_an_amount_with_more_digits_than_its_currency_is_refused(amount, currency, count):
    with pytest.raises(ValueError, match=f"{amount} is not an amount in {currency}, which has {count}"):
        money.exact(Decimal(amount), currency)


def test_currencies_are_those_of_iso_4217():
    assert [money.is_currency(code) for code in ("EUR", "KWD", "JPY", "XQZ", "eur", "")] == [True] * 3 + [False] * 3


@pytest.mark.parametrize(("amount", "told"), [("-0.00", "0.00"), ("0.00", "0.00"), ("-0.01", "-0.01")])
def test_nothing_has_no_sign(amount, told):
    assert money.text(Decimal(amount), "EUR") == told
