"""The text of a dish's choices in one cell: every name survives, marks are read, mistakes are named."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.imported import ImportedGroup, ImportedModifier
from menu.options_text import read_options, write_options
from menu.tests.menus import ODD_NAMES, names, unique_names

pytestmark = pytest.mark.database_agnostic


def group(*choices, name="Side", least=0, most=1):
    return ImportedGroup(name, least, most, tuple(choices))


def choice(name, price="0", **more):
    return ImportedModifier(name, Decimal(price), **more)


choices = st.builds(
    replace,
    st.builds(ImportedModifier, names),
    price=st.decimals(-999, 999, places=2),
    is_default=st.booleans(),
    available=st.booleans(),
    contains=st.sampled_from([(), ("nuts",), ("gluten", "milk")]),
)


@st.composite
def any_groups(draw):
    taken = iter(draw(unique_names(max_size=6)))
    found = [replace(draw(choices), name=name) for name in taken]
    cut = draw(st.integers(0, len(found)))
    most = draw(st.integers(1, 5))
    return tuple(
        ImportedGroup(draw(names), draw(st.integers(0, most)), most, tuple(part)) for part in (found[:cut], found[cut:])
    )


@given(any_groups())
def test_any_groups_are_read_as_they_are_written(groups):
    assert read_options(write_options(groups, "EUR")) == groups


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_come_back(name):
    groups = (group(choice(name, "1.5"), choice("Fries"), name=name),)
    assert read_options(write_options(groups, "EUR")) == groups


def test_the_notation():
    groups = (
        group(choice("Fries", is_default=True), choice("Salad", "1.5"), choice("None", "-0.5"), least=1),
        group(choice("Pesto", contains=("nuts", "milk")), name="Sauce", most=2),
        group(choice("Size: L", "2", available=False), choice('6" pan'), name="Size: any"),
        group(name="Extras"),
    )
    text = (
        "Side [1-1]: Fries *; Salad +1.50; None -0.50\n"
        "Sauce [0-2]: Pesto (contains nuts, milk)\n"
        '"Size: any" [0-1]: "Size: L" +2.00 (86); 6" pan\n'
        "Extras [0-1]:"
    )
    assert write_options(groups, "EUR") == text
    assert read_options(text) == groups


@pytest.mark.parametrize(
    ("currency", "price", "written"),
    [("JPY", "155", "A +155"), ("KWD", "-0.375", "A -0.375"), ("EUR", "1.5", "A +1.50")],
)
def test_prices_have_the_digits_of_the_currency(currency, price, written):
    groups = (group(choice("A", price)),)
    assert write_options(groups, currency) == f"Side [0-1]: {written}"
    assert read_options(write_options(groups, currency)) == groups


@pytest.mark.parametrize(
    ("decimals", "price", "value"),
    [
        (0, "+155", "155"), (0, "+1.000", None), (0, "+1,000", None), (0, "+1.5", None),
        (2, "+1,5", "1.5"), (2, "-1.50", "-1.5"), (2, "+1.000", None), (2, "+1,000", None), (2, "+1.505", None),
        (3, "+1.250", "1.25"), (3, "+1,25", "1.25"), (3, "+1,250", None), (3, "+1.2505", None),
    ],
)  # fmt: skip
def test_a_separator_never_means_thousands(decimals, price, value):
    if value is None:
        with pytest.raises(ValueError, match="too many decimals"):
            read_options(f"Side: A {price}", decimals)
    else:
        assert read_options(f"Side: A {price}", decimals) == (group(choice("A", value)),)


@pytest.mark.parametrize(
    ("cell", "groups"),
    [
        ("", ()),
        (" none ", ()),
        ("Side:Fries;Salad", (group(choice("Fries"), choice("Salad"), most=2),)),
        ("Side [ 0 - 1 ] : A-1", (group(choice("A-1")),)),
        ("Side: Tea - 20 cl; Combo +2 dips", (group(choice("Tea - 20 cl"), choice("Combo +2 dips"), most=2),)),
        ("Side: Fries  +1,50  *;; Salad ;", (group(choice("Fries", "1.5", is_default=True), choice("Salad"), most=2),)),
        ("Side: Fries −1.50", (group(choice("Fries", "-1.5")),)),
        ("Side: Fries* (86) +2", (group(choice("Fries", "2", is_default=True, available=False)),)),
        ("A: x\r\n\r\nB: y\r\n", (group(choice("x"), name="A"), group(choice("y"), name="B"))),
        ('"none": x', (group(choice("x"), name="none"),)),
    ],
)  # fmt: skip
def test_what_people_type_is_read(cell, groups):
    assert read_options(cell) == groups


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("Side", "“Side” is not “Group [min-max]: choice; choice”."),
        ("Side [3-1]: Fries", "“Side” asks for 3 to 1 choices."),
        ("Side [0-0]: Fries", "“Side” asks for 0 to 0 choices."),
        ("Side: Fries; fries", "“fries” is listed twice."),
        ("A: Fries\nB: FRIES", "“FRIES” is listed twice."),
        ("Size: Size: L", "Write the name in quotes"),
        ("Side: Salad [small]", "Write the name in quotes"),
        ("Side: Half * Half", "Write the name in quotes"),
        ('Side: "Fries', "A quote is missing"),
        ('Side: "Fries" big', "is not “choice +1.50 * (86)”."),
        ("Side: +1.50", "is not “choice +1.50 * (86)”."),
        (": Fries", "is not “Group"),
        ("Side: a *\nb", "“b” is not “Group"),
        ("Side: Fries+1.50", "“Fries+1.50” ends like a price."),
        ("Side: Wine +1,000.50", "“Wine +1,000.50” ends like a price."),
        ("Side: Fries +€1.50", "“Fries +€1.50” ends like a price."),
        ("Side: Fries + 1.50 €", "“Fries + 1.50 €” ends like a price."),
        ("Side: Fries -€1", "“Fries -€1” ends like a price."),
        ("Side: Wine +1e3", "“Wine +1e3” ends like a price."),
        ("Side: Wine +1_000", "“Wine +1_000” ends like a price."),
        ("Side: Wine +2½", "“Wine +2½” ends like a price."),
        ("Side: Fries +1,000", "“+1,000” may mean thousands"),
    ],
)
def test_a_mistake_is_named(cell, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        read_options(cell)
