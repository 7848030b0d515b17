"""The state of a table whose guests have paid: to clear, until they order again or the money goes back."""

import pytest
from django.utils import timezone

from orders.billing.tests.bills import Bill
from orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def state(house):
    (table,) = house.api("waiter").get("/api/v1/tables").json()["results"]
    return table["state"]


def delivered(house):
    """Return the bill of a table that was served."""
    bill = Bill(house)
    Order.objects.filter(pk=bill.order["id"]).update(status="delivered", delivered_at=timezone.now())
    return bill


def test_a_paid_table_waits_to_be_cleared(house):
    bill = delivered(house)
    before = state(house)
    bill.pay(amount="4.00")
    assert state(house) == before != "paid"
    payment = bill.pay()
    assert state(house) == "paid"

    bill.api.post(f"/api/v1/payments/{payment['id']}/undo")

    assert state(house) == before


def test_guests_who_order_again_have_not_paid(house):
    bill = delivered(house)
    bill.pay()

    house.place("waiter", lines=[{"item": house.item.pk, "quantity": 1}], table=house.table.pk)

    assert state(house) in ("ordering", "waiting")
