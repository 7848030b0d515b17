"""Money: rounded in one module, half up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel import money

pytestmark = pytest.mark.database_agnostic

AMOUNTS = st.decimals(min_value=0, max_value=99999, places=2, allow_nan=False, allow_infinity=False)
PERCENTS = st.decimals(min_value=0, max_value=100, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.005", "0.01"), ("0.004999", "0.00"), ("2.675", "2.68"), ("1.1", "1.10"), ("7", "7.00")]
)
def test_half_a_cent_goes_up(amount, cents):
    assert str(money.to_cents(Decimal(amount))) == cents


@given(AMOUNTS, PERCENTS)
def test_tax_inside_is_the_rest_of_the_net(gross, percent):
    tax = money.tax_inside(gross, percent)
    assert 0 <= tax <= gross
    net = gross - tax
    assert abs(money.tax_on_top(net, percent) - tax) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("gross", "percent", "tax"), [("11.00", "10", "1.00"), ("10.00", "19", "1.60"), ("9.99", "0", "0")]
)
def test_tax_inside(gross, percent, tax):
    assert money.tax_inside(Decimal(gross), Decimal(percent)) == Decimal(tax)


def test_amounts_as_text_and_as_people_write_them():
    assert money.text(Decimal("5"), "EUR") == "5.00"
    assert money.display(Decimal("12.5"), "EUR", "en_IE") == "€12.50"
    assert money.display(Decimal("1234.5"), "EUR", "de_DE").replace("\xa0", " ") == "1.234,50 €"
    assert money.display(Decimal("171.0000"), "JPY", "ja_JP") == "￥171"
    assert money.display(Decimal("1.25"), "KWD", "en_US").removeprefix("KWD").strip() == "1.250"


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
