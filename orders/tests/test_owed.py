"""The amount that a party owes: one rule for the table sheet, the pad and the sales of the day."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from bistro.core.models import Restaurant
from menu.compiled import forget
from menu.models import Item
from orders.floor.table_sheet import read_sheet
from orders.models import Order
from orders.owing import owed
from orders.services import withdraw_order

pytestmark = pytest.mark.django_db
KEPT = ("placed", "confirmed", "preparing", "ready", "delivered")


@pytest.fixture
def evening(house):
    """Place an order in each status, with one, two, three… dishes for 10.00, and a withdrawn one."""
    for quantity, status in enumerate((*KEPT, "cancelled"), 1):
        house.reach(status, quantity=quantity)
    withdraw_order(order_id=house.order(quantity=50).id, actor=house.pad_actor)
    return house


def test_kept_orders_are_owed(evening):
    bill = owed(Order.objects.with_lines())
    assert (bill.total, bill.tax) == (Decimal("150.00"), Decimal("13.64"))
    assert [tax.json("EUR") for tax in bill.taxes] == [{"name": "Food", "percent": "10", "amount": "13.64"}]
    assert bill.shares == dict(Order.objects.kept().values_list("pk", "total"))
    assert Order.objects.kept().aggregate(Sum("total"))["total__sum"] == bill.total


def test_nothing_is_owed_for_nothing():
    bill = owed([])
    assert (bill.total, bill.tax, bill.taxes, bill.shares) == (0, 0, (), {})


def test_the_rule_is_the_same_in_python_and_in_sql(evening):
    assert [order.is_kept for order in Order.objects.order_by("pk")] == [True] * len(KEPT) + [False, False]
    assert set(Order.objects.kept()) == {order for order in Order.objects.all() if order.is_kept}


def test_every_place_says_the_same(evening):
    pad = evening.api().get("/api/v1/pad/orders").json()
    assert pad["total"] == "150.00"
    assert (pad["tax"], pad["taxes"]) == ("13.64", [{"name": "Food", "percent": "10", "amount": "13.64"}])
    sheet = evening.browser("waiter").get(f"/floor/tables/{evening.table.pk}/").content.decode()
    assert "150.00" in sheet
    assert "60.00" in sheet, "the cancelled order is shown with its own total"
    assert "210.00" not in sheet
    admin = evening.browser("manager").get("/admin/").content.decode()
    assert "150.00" in admin


# --- one document over all orders ---------------------------------------------------------------------------------
@pytest.fixture
def added(house):
    """A house where 8.25 % come on top of the price of 1.00."""
    Restaurant.objects.filter(pk=house.restaurant.pk).update(tax_mode="added")
    house.restaurant.tax_components.update(name="Sales tax", percent="8.25")
    Item.objects.update(price=Decimal("1.00"))
    forget()
    return house


def test_ten_orders_are_owed_like_one(added):
    for _ in range(10):
        assert added.place()["total"] == "1.08"
    pad = added.api().get("/api/v1/pad/orders").json()
    assert (pad["total"], pad["tax"]) == ("10.83", "0.83")
    assert pad["taxes"] == [{"name": "Sales tax", "percent": "8.25", "amount": "0.83"}]
    assert {order["total"] for order in pad["orders"]} == {"1.08"}, "an order knows only itself"


def test_the_orders_of_the_sheet_add_up_to_its_total(added):
    for _ in range(10):
        added.place()
    sheet = read_sheet(added.actor("waiter"), added.table)
    assert sheet.total == "€10.83"
    assert sorted(order.total for order in sheet.orders) == ["€1.08"] * 7 + ["€1.09"] * 3


def test_each_order_keeps_the_rule_it_was_placed_under(added):
    for _ in range(3):
        added.place()
    Restaurant.objects.update(tax_mode="inclusive")
    forget()
    for _ in range(3):
        added.place()
    bill = owed(Order.objects.with_lines())
    assert (bill.total, bill.tax) == (Decimal("3.25") + 3, Decimal("0.25") + Decimal("0.23"))
    assert [str(tax.amount) for tax in bill.taxes] == ["0.48"]


def test_what_is_owed_costs_the_same_queries(added, django_assert_num_queries):
    for _ in range(5):
        added.place()
    with django_assert_num_queries(4):  # orders, lines, comps and discounts, rules for service
        owed(Order.objects.with_lines())
