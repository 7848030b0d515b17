"""The amount that a party owes: one rule for the table sheet, the pad and the sales of the day."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from orders.models import Order
from orders.owing import Owed, owed
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
    expected = Owed(total=Decimal("150.00"), tax=sum(Order.objects.kept().values_list("tax", flat=True)))
    assert expected.tax > 0
    assert owed(Order.objects.all()) == expected
    assert Order.objects.kept().aggregate(Sum("total"))["total__sum"] == expected.total


def test_nothing_is_owed_for_nothing():
    assert owed([]) == Owed(Decimal("0.00"), Decimal("0.00"))


def test_the_rule_is_the_same_in_python_and_in_sql(evening):
    assert [order.is_kept for order in Order.objects.order_by("pk")] == [True] * len(KEPT) + [False, False]
    assert set(Order.objects.kept()) == {order for order in Order.objects.all() if order.is_kept}


def test_every_place_says_the_same(evening):
    pad = evening.api().get("/api/v1/pad/orders").json()
    assert pad["total"] == "150.00"
    assert pad["tax"] == str(owed(Order.objects.all()).tax)
    sheet = evening.browser("waiter").get(f"/floor/tables/{evening.table.pk}/").content.decode()
    assert "150.00" in sheet
    assert "60.00" in sheet, "the cancelled order is shown with its own total"
    assert "210.00" not in sheet
    admin = evening.browser("manager").get("/admin/").content.decode()
    assert "150.00" in admin
