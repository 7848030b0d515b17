"""Tax of a document: exact sums rounded once for each component, and parts of lines that add up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel.money import Rounding
from orders.tax import Tax, components_of, compute, merged

pytestmark = pytest.mark.database_agnostic

CENTS = Rounding(2)


def rates(*pairs):
    return tuple((name, Decimal(percent)) for name, percent in pairs)


def taxed(lines, mode="added", rounding=CENTS):
    """Compute a document of lines of (amount, components)."""
    return compute([(Decimal(amount), components) for amount, components in lines], mode, rounding)


def told(document):
    return {(tax.name, str(tax.percent)): str(tax.amount) for tax in document.taxes}


# --- known values -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("entered", [["10.00"], ["1.00"] * 10, ["4.00", "6.00"]])
def test_ten_dishes_at_8_25_percent_added(entered):
    document = taxed([(amount, rates(("Sales tax", "8.25"))) for amount in entered])
    assert (document.tax, document.total) == (Decimal("0.83"), Decimal("10.83"))


def test_four_lines_at_8_63_percent():
    assert taxed([("2.50", rates(("Sales tax", "8.63")))] * 4).tax == Decimal("0.86")


@pytest.mark.parametrize("entered", [["16.80"], ["2.40"] * 7])
def test_seven_drinks_with_19_percent_inside(entered):
    document = taxed([(amount, rates(("MwSt", "19"))) for amount in entered], "inclusive")
    assert (document.tax, document.total) == (Decimal("2.68"), Decimal("16.80"))


def test_both_canadian_taxes_are_kept_apart():
    document = taxed([("4.05", rates(("GST", "5"), ("PST", "7")))])
    assert told(document) == {("GST", "5"): "0.20", ("PST", "7"): "0.28"}
    assert [[tax.amount for tax in line] for line in document.lines] == [[Decimal("0.20"), Decimal("0.28")]]
    assert document.total == Decimal("4.53")


@pytest.mark.parametrize(("mode", "tax"), [("half_up", "16"), ("up", "16"), ("down", "15")])
def test_yen_are_whole(mode, tax):
    document = taxed([("155", rates(("消費税", "10")))], rounding=Rounding(0, mode=mode))
    assert (document.tax, document.total) == (Decimal(tax), 155 + Decimal(tax))


def test_four_decimals_of_a_rate_count():
    assert told(taxed([("80.00", rates(("NY sales tax", "8.875")))])) == {("NY sales tax", "8.875"): "7.10"}
    quebec = taxed([("100.00", rates(("GST", "5"), ("QST", "9.975")))])
    assert told(quebec) == {("GST", "5"): "5.00", ("QST", "9.975"): "9.98"}


def test_two_taxes_inside_a_price_share_the_net():
    document = taxed([("114.98", rates(("GST", "5"), ("QST", "9.975")))], "inclusive")
    assert told(document) == {("GST", "5"): "5.00", ("QST", "9.975"): "9.98"}
    assert document.total == Decimal("114.98")


def test_no_tax_at_all():
    document = taxed([("1.250", ()), ("0.375", ())], rounding=Rounding(3))
    assert (document.total, document.tax, document.taxes, document.lines) == (Decimal("1.625"), 0, (), ((), ()))


def test_a_rate_of_zero_is_named():
    assert told(taxed([("5.00", rates(("VAT", "0")))])) == {("VAT", "0"): "0.00"}


def test_lines_of_different_taxes():
    """Food at 7 % and drinks at 19 %, each rounded once."""
    document = taxed([("20.00", rates(("MwSt", "7"))), ("24.00", rates(("MwSt", "19"))), ("1", ())], "inclusive")
    assert told(document) == {("MwSt", "7"): "1.31", ("MwSt", "19"): "3.83"}
    assert [len(line) for line in document.lines] == [1, 1, 0]


# --- each line alone ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("mode", "tax"), [("half_up", "0.80"), ("up", "0.90"), ("down", "0.80")])
def test_a_house_may_round_each_line(mode, tax):
    document = taxed([("1.00", rates(("Sales tax", "8.25")))] * 10, rounding=Rounding(2, "line", mode))
    assert document.tax == Decimal(tax)


def test_half_a_cent_on_each_line():
    lines = [("0.05", rates(("VAT", "10")))] * 3
    assert taxed(lines, rounding=Rounding(2, "line")).tax == Decimal("0.03")
    assert taxed(lines).tax == Decimal("0.02")


# --- properties ---------------------------------------------------------------------------------------------------
AMOUNTS = st.integers(0, 10**7)
PERCENTS = st.integers(0, 30_0000).map(lambda number: Decimal(number).scaleb(-4))
COMPONENTS = st.lists(
    st.tuples(st.sampled_from(["GST", "PST", "VAT"]), PERCENTS), max_size=3, unique_by=lambda pair: pair[0]
).map(tuple)
ROUNDINGS = st.builds(
    Rounding, st.sampled_from([0, 2, 3]), st.just("document"), st.sampled_from(["half_up", "up", "down"])
)
MODES = st.sampled_from(["inclusive", "added"])


@st.composite
def splits(draw):
    """Draw food of a document: dishes of (price in units, components), and how many of each stand on which lines."""
    dishes = draw(st.lists(st.tuples(AMOUNTS, COMPONENTS), min_size=1, max_size=4))
    food = [(place, count) for place in range(len(dishes)) for count in draw(st.lists(st.integers(1, 9), max_size=4))]
    return dishes, draw(st.permutations(food))


@given(splits(), MODES, ROUNDINGS)
def test_any_split_of_the_same_food_has_the_same_tax_and_total(split, mode, rounding):
    dishes, lines = split
    price = [(rounding.amount(units), components) for units, components in dishes]
    together = [
        (sum((price[at][0] * count for at, count in lines if at == place), Decimal(0)), price[place][1])
        for place in range(len(dishes))
    ]
    one, other = (
        compute(lines, mode, rounding)
        for lines in ([(price[at][0] * count, price[at][1]) for at, count in lines], together)
    )
    assert (one.total, one.tax) == (other.total, other.tax)
    assert merged(one.taxes) == merged(tax for tax in other.taxes if tax in one.taxes or tax.amount)


@given(st.lists(st.tuples(AMOUNTS, COMPONENTS), max_size=8), MODES, ROUNDINGS)
def test_the_lines_add_up_to_the_document(lines, mode, rounding):
    lines = [(rounding.amount(units), components) for units, components in lines]
    document = compute(lines, mode, rounding)
    assert merged(tax for line in document.lines for tax in line) == document.taxes
    assert document.tax == sum(tax.amount for tax in document.taxes)
    net = sum(amount for amount, _components in lines)
    assert document.total == (net if mode == "inclusive" else net + document.tax)


@given(st.lists(st.tuples(AMOUNTS, COMPONENTS), max_size=8), MODES, ROUNDINGS)
def test_a_component_is_off_by_less_than_one_unit(lines, mode, rounding):
    """The oracle computes with fractions, line by line."""
    lines = [(rounding.amount(units), components) for units, components in lines]
    for tax in compute(lines, mode, rounding).taxes:
        exact = Fraction(0)
        for amount, components in lines:
            inside = sum(Fraction(percent) for _name, percent in components) if mode == "inclusive" else 0
            if (tax.name, tax.percent) in components:
                exact += Fraction(amount) * Fraction(tax.percent) / (100 + inside)
        off = Fraction(tax.amount) - exact
        unit = Fraction(1, 10**rounding.digits)
        assert {"half_up": -unit / 2 < off <= unit / 2, "up": 0 <= off < unit, "down": -unit < off <= 0}[rounding.mode]


def test_stored_components_are_read_again():
    stored = [Tax("QST", Decimal("9.9750"), Decimal("1.2")).json("CAD"), Tax("GST", Decimal(5), Decimal(0)).json("CAD")]
    assert stored == [
        {"name": "QST", "percent": "9.975", "amount": "1.20"}, {"name": "GST", "percent": "5", "amount": "0.00"}
    ]  # fmt: skip
    assert components_of(stored) == rates(("QST", "9.975"), ("GST", "5"))
