"""The tax of stored orders: the rule is copied, and the parts of lines add up, also when lines leave."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bistro.core.models import Restaurant
from menu.compiled import forget
from menu.models import Item
from orders.models import Order, OrderLine
from orders.owing import owed
from orders.services import remove_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def added(house):
    """A house where 8.63 % come on top of the price of 2.50."""
    set_rule(house, tax_mode="added", hold_courses=True)
    house.restaurant.tax_components.update(name="Sales tax", percent="8.63")
    Item.objects.filter(pk=house.item.pk).update(price=Decimal("2.50"))
    return house


def set_rule(house, **fields):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(**fields)
    forget()


def lines_of(house, *courses):
    return [{"item": house.item.pk, "quantity": 1, "course": course} for course in courses]


def test_four_lines_have_the_tax_of_the_sum(added):
    placed = added.place(lines=lines_of(added, 1, 1, 1, 1))
    assert (placed["tax"], placed["total"]) == ("0.86", "10.86")
    assert [line["tax"] for line in placed["lines"]] == ["0.22", "0.22", "0.21", "0.21"]
    row = OrderLine.objects.first()
    assert row.taxes == [{"name": "Sales tax", "percent": "8.63", "amount": "0.22"}]
    assert row.tax == Decimal("0.22")


@pytest.mark.parametrize(
    ("level", "mode", "tax"),
    [("line", "half_up", "0.88"), ("line", "down", "0.84"), ("document", "up", "0.87"), ("document", "down", "0.86")],
)
def test_an_order_keeps_the_rule_of_its_house(added, level, mode, tax):
    set_rule(added, rounding_level=level, rounding_mode=mode)
    placed = added.place(lines=lines_of(added, 1, 1, 1, 1))
    assert placed["tax"] == tax
    set_rule(added, rounding_level="document", rounding_mode="half_up")
    order = Order.objects.with_lines().get()
    assert (order.rounding_level, order.rounding_mode) == (level, mode)
    assert owed([order]).tax == Decimal(tax)


def test_the_parts_of_lines_that_stay_are_computed_again(added, other_house):
    placed = added.place(lines=lines_of(added, 1, 1, 2, 2))
    foreign = other_house.place()
    dropped = remove_course(order_id=placed["id"], course=2, reason="Full", actor=added.actor("waiter"))
    assert (dropped.tax, dropped.total) == (Decimal("0.43"), Decimal("5.43"))
    assert dropped.taxes == [{"name": "Sales tax", "percent": "8.63", "amount": "0.43"}]
    rows = OrderLine.objects.filter(order=placed["id"])
    assert [row.tax for row in rows] == [Decimal("0.22"), Decimal("0.21")]
    assert [row.taxes[0]["amount"] for row in rows] == ["0.22", "0.21"]
    assert Order.objects.get(pk=foreign["id"]).tax == Decimal(foreign["tax"])


def test_an_order_without_lines_costs_nothing(added):
    added.place(lines=lines_of(added, 1))
    placed = added.place(lines=lines_of(added, 1, 2))
    OrderLine.objects.filter(order=placed["id"], course=1).update(removed_at=Order.objects.first().placed_at)
    dropped = remove_course(order_id=placed["id"], course=2, reason="Full", actor=added.actor("waiter"))
    assert (dropped.tax, dropped.total, dropped.taxes) == (0, 0, [])


@pytest.mark.parametrize("fields", [{"rounding_level": "dish"}, {"rounding_mode": "even"}])
def test_the_database_knows_the_rules(added, fields):
    added.place()
    with pytest.raises(IntegrityError, match="order_rounding_known"), transaction.atomic():
        Order.objects.update(**fields)
    with pytest.raises(IntegrityError, match="restaurant_rounding_known"), transaction.atomic():
        Restaurant.objects.update(**fields)


def test_taxes_in_a_request_are_refused(added):
    body = {"lines": [{"item": added.item.pk, "quantity": 1, "tax": "0.00"}]}
    answer = added.api().post("/api/v1/orders", body, key="k")
    assert answer.status_code == 422
    assert not Order.objects.exists()
