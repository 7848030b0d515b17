"""A table with money owed, where the restaurant wants paid bills: it is cleared after the payment or the write-off."""

import pytest

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(bill):
    """Return a bill with everything delivered, in a house that wants paid bills and has no limit."""
    Restaurant.objects.filter(pk=bill.house.restaurant.pk).update(bills_required=True, price_limit=None)
    order = bill.order
    house = bill.house
    for ticket in house.tickets(order):
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    house.done(bill.api.post(f"/api/v1/orders/{order['id']}/deliver"))
    return bill


def clear(bill):
    return bill.api.post(f"/api/v1/tables/{bill.house.table.pk}/clear")


def test_guests_who_owe_are_not_cleared(strict):
    strict.pay(amount="39.99")
    with nothing_changes():
        assert refused(clear(strict), 422, "bill_open")["due"] == "0.01"
    strict.pay()
    assert clear(strict).status_code == 204


def test_a_write_off_clears(strict):
    strict.post("/write-off", {"reason": "left"})
    assert clear(strict).status_code == 204


def test_control_other_houses_clear_without_a_payment(strict):
    Restaurant.objects.filter(pk=strict.house.restaurant.pk).update(bills_required=False)
    assert clear(strict).status_code == 204
