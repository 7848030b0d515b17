"""Pricing, checked with known values and with properties."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.money import Rounding, fits
from bistro.core.kernel.names import name_key
from menu.compiled import CompiledAllergens, CompiledGroup, CompiledItem, CompiledModifier
from menu.taxes import CompiledTax
from orders.order_commands import LineRequest
from orders.pricing import LARGEST_TOTAL
from orders.pricing import price_order as price

pytestmark = pytest.mark.database_agnostic

CENT = Decimal("0.01")
CENTS = st.integers(0, 1_000_00).map(lambda cents: Decimal(cents) / 100)
DELTAS = st.integers(-5_00, 20_00).map(lambda cents: Decimal(cents) / 100)
RATES = st.sampled_from(
    [Decimal(rate) for rate in ("0.00", "5.50", "7.00", "10.00", "13.50", "20.00", "25.00", "100.00")]
)


def dish(pk: int, price, *, percent="10.00", modifiers=(), minimum=0, maximum=9, counted=False) -> CompiledItem:
    choices = tuple(
        CompiledModifier(
            id=pk * 100 + place, group_id=pk, name=f"Choice {place}", name_key=f"choice {place}",
            price=Decimal(delta), is_default=False, declares="", stated={}, off=False,
        )
        for place, delta in enumerate(modifiers, 1)
    )  # fmt: skip
    return CompiledItem(
        id=pk, category_id=1, name=f"Dish {pk}", name_key=name_key(f"Dish {pk}"), description="", price=Decimal(price),
        tax=CompiledTax.of([("", None, "VAT", Decimal(percent))]), prep_minutes=5, soon_minutes=None, late_minutes=None,
        course=1, stated={}, allergens_checked_at=None, diets=(), popular=False, image="",
        groups=(CompiledGroup(pk, "Choices", minimum, maximum, choices),) if choices else (), counted=counted,
    )  # fmt: skip


def menu(*dishes: CompiledItem, mode="inclusive"):
    return SimpleNamespace(
        currency="EUR",
        allergens=CompiledAllergens({"nuts": "Nuts"}, {"nut": "nuts", "nuts": "nuts"}),
        tax_mode=mode,
        rounding=Rounding(2),
        by_id={each.id: each for each in dishes},
        by_name={each.name_key: each for each in dishes},
    )


def price_order(menu, lines):
    return price(menu, lines, kind="dine_in", day=date(2026, 11, 28))


@st.composite
def menus_with_orders(draw):
    """Draw a menu of up to five dishes and an order from it."""
    dishes, lines = [], []
    for pk in range(1, draw(st.integers(1, 5)) + 1):
        deltas = draw(st.lists(DELTAS, max_size=3))
        price = draw(CENTS) + sum((-delta for delta in deltas if delta < 0), Decimal(0))
        dishes.append(dish(pk, price, percent=draw(RATES), modifiers=deltas))
    for _ in range(draw(st.integers(1, 6))):
        chosen = draw(st.sampled_from(dishes))
        modifiers = (
            draw(st.lists(st.sampled_from([m.id for m in chosen.modifiers()]), unique=True)) if chosen.groups else []
        )
        lines.append(LineRequest(item=chosen.id, quantity=draw(st.integers(1, 20)), modifiers=tuple(modifiers)))
    return dishes, lines


# --- properties ----------------------------------------------------------------------------------------------------
@given(menus_with_orders())
def test_a_line_is_its_unit_price_times_its_quantity(menu_with_order):
    dishes, lines = menu_with_order
    for line in price_order(menu(*dishes), lines).lines:
        assert line.unit_price == line.item.price + sum(modifier.price for modifier in line.modifiers)
        assert line.total == line.unit_price * line.request.quantity
        assert len(line.modifiers) == len(line.request.modifiers)


@given(menus_with_orders())
def test_prices_that_contain_the_tax(menu_with_order):
    dishes, lines = menu_with_order
    priced = price_order(menu(*dishes, mode="inclusive"), lines)
    assert priced.total == sum(line.unit_price * line.request.quantity for line in priced.lines)
    assert priced.tax == sum(line.tax for line in priced.lines)
    assert 0 <= priced.tax <= priced.total
    for line in priced.lines:
        ((_name, percent),) = line.components
        exact = line.total - line.total * 100 / (100 + percent)
        assert abs(line.tax - exact) < CENT


@given(menus_with_orders())
def test_tax_that_is_added(menu_with_order):
    dishes, lines = menu_with_order
    priced = price_order(menu(*dishes, mode="added"), lines)
    net = sum(line.total for line in priced.lines)
    assert priced.tax == sum(line.tax for line in priced.lines)
    assert priced.total == net + priced.tax
    for line in priced.lines:
        ((_name, percent),) = line.components
        assert abs(line.tax - line.total * percent / 100) < CENT


@given(menus_with_orders())
def test_everything_is_whole_cents(menu_with_order):
    dishes, lines = menu_with_order
    for mode in ("inclusive", "added"):
        priced = price_order(menu(*dishes, mode=mode), lines)
        amounts = [
            priced.total,
            priced.tax,
            *(a for line in priced.lines for a in (line.unit_price, line.total, line.tax)),
        ]
        assert all(fits(amount, "EUR") for amount in amounts)


@given(menus_with_orders())
def test_the_order_of_lines_does_not_matter(menu_with_order):
    dishes, lines = menu_with_order
    there, back = price_order(menu(*dishes), lines), price_order(menu(*dishes), lines[::-1])
    assert (there.total, there.tax) == (back.total, back.tax)


@given(menus_with_orders())
def test_names_price_like_ids(menu_with_order):
    dishes, lines = menu_with_order
    named = [
        LineRequest(
            item=f" {menu(*dishes).by_id[line.item].name.upper()} ",
            quantity=line.quantity,
            modifiers=tuple(f"choice  {pk % 100}" for pk in line.modifiers),
        )
        for line in lines
    ]
    assert price_order(menu(*dishes), named).total == price_order(menu(*dishes), lines).total


@given(menus_with_orders())
def test_portions_are_counted_over_all_lines(menu_with_order):
    dishes, lines = menu_with_order
    counted = [dish(each.id, 1, counted=True) for each in dishes]
    portions = price_order(
        menu(*counted), [LineRequest(item=line.item, quantity=line.quantity) for line in lines]
    ).portions()
    assert sum(portions.values()) == sum(line.quantity for line in lines)
    assert price_order(menu(*dishes), lines).portions() == {}


# --- known values ---------------------------------------------------------------------------------------------------
def test_rates_differ_within_an_order():
    food, wine = dish(1, "20.00", percent="7.00"), dish(2, "12.00", percent="19.00")
    priced = price_order(menu(food, wine), [LineRequest(item=1, quantity=1), LineRequest(item=2, quantity=2)])
    assert [line.tax for line in priced.lines] == [Decimal("1.31"), Decimal("3.83")]
    assert (priced.total, priced.tax) == (Decimal("44.00"), Decimal("5.14"))


def test_an_order_beyond_what_can_be_billed():
    dear = dish(1, LARGEST_TOTAL)
    assert price_order(menu(dear), [LineRequest(item=1, quantity=1)]).total == LARGEST_TOTAL
    with pytest.raises(DomainError) as caught:
        price_order(menu(dear), [LineRequest(item=1, quantity=2)])
    assert caught.value.code == "order_too_large"
    with pytest.raises(DomainError) as caught:
        price_order(menu(dear, mode="added"), [LineRequest(item=1, quantity=1)])
    assert caught.value.code == "order_too_large"


def test_an_order_of_nothing():
    with pytest.raises(DomainError) as caught:
        price_order(menu(), [])
    assert (caught.value.code, list(caught.value.fields)) == ("validation_error", ["lines"])


def test_an_order_too_large_over_http(house):
    from bistro.core.tests.http import nothing_changes, refused

    dear = house.add_item(price="9999999999.99")
    body = {"lines": [{"item": dear.pk, "quantity": 999}] * 200}
    with nothing_changes():
        refused(house.api().post("/api/v1/orders", body, key="k"), 422, "order_too_large")
    assert house.place(lines=[{"item": dear.pk, "quantity": 1}])["total"] == "9999999999.99"
