"""Random bills with a service charge: dishes, service and taxes add up to the smallest unit, in every currency."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel.money import Rounding
from orders.billing.amounts import levy
from orders.owing import owed
from orders.service_charge import Amounts, ServicePart, ServiceTerms
from orders.tax import compute

pytestmark = pytest.mark.database_agnostic
TAXES = [(), (("Food", Decimal(7)),), (("Drinks", Decimal(19)),), (("GST", Decimal(5)), ("QST", Decimal("9.975")))]


@st.composite
def bills(draw):
    """Return the rule of rounding, the dishes as (amount in units, taxes), and the terms of the service charge."""
    level, mode = draw(st.sampled_from(["document", "line"])), draw(st.sampled_from(["half_up", "up", "down"]))
    rounding = Rounding(draw(st.sampled_from([0, 2, 3])), level, mode)
    dishes = draw(st.lists(st.tuples(st.integers(0, 50_000), st.sampled_from(TAXES)), min_size=1, max_size=9))
    percent = draw(st.decimals("0.01", "50", places=2))
    return rounding, dishes, ServiceTerms("Service", percent, draw(st.sampled_from([None, *TAXES])))


def order_of(rounding, dishes, tax_mode):
    lines = [
        SimpleNamespace(
            pk=key,
            total=rounding.amount(units),
            taxes=[{"name": name, "percent": str(percent)} for name, percent in taxes],
        )
        for key, (units, taxes) in enumerate(dishes, 1)
    ]
    rows = SimpleNamespace(all=lambda: lines)
    return SimpleNamespace(pk=1, is_kept=True, tax_mode=tax_mode, rounding=rounding, lines=rows)


@given(bills(), st.sampled_from(["inclusive", "added"]))
def test_dishes_service_and_taxes_add_up(bill, tax_mode):
    rounding, dishes, terms = bill
    order = order_of(rounding, dishes, tax_mode)
    prices = {line.pk: line.total for line in order.lines.all()}
    parts = levy(prices, terms.percent, [], rounding).lines
    found = owed([order], Amounts({}, {line: ServicePart(part, terms) for line, part in parts.items()}))
    service = found.service

    assert sum(found.lines.values()) == sum(found.with_service.values()) == found.total
    assert sum(service.lines.values()) == sum(service.parts.values()) == service.amount
    assert found.shares[1] + service.amount == found.total
    assert sum((tax.amount for parts in found.line_taxes.values() for tax in parts), Decimal(0)) == found.tax
    net = sum(prices.values()) + sum(parts.values())
    assert found.total == net + (found.tax if tax_mode == "added" else 0)
    assert all(amount >= prices[line] for line, amount in found.with_service.items())
    assert set(found.line_taxes) == set(prices) | set(service.lines)
    if terms.taxes is None and rounding.level == "document":  # the same tax as if each dish cost so much more
        dearer = [(prices[line] + parts[line], dishes[line - 1][1]) for line in prices]
        assert compute(dearer, tax_mode, rounding).tax == found.tax
