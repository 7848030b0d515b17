"""Closings and reports of a day with a service charge."""

import pytest
from django.urls import reverse

from orders.billing.services import add_adjustment
from orders.billing.tests.charging import charge_service
from orders.billing.transitions import AdjustmentKind
from orders.till.tests.days import amounts, close, evening, party, pay, set_tax_mode

pytestmark = pytest.mark.django_db
OWN_TAX = [{"name": "Service tax", "percent": "20"}]


@pytest.mark.parametrize("mode", ["inclusive", "added"])
@pytest.mark.parametrize("taxes", [None, OWN_TAX])
def test_a_closing_agrees_to_the_cent(house, mode, taxes):
    """An evening with 10 % for service; `close` checks the sum from the dishes to the money."""
    set_tax_mode(house, mode)
    charge_service(house, taxes=taxes)
    evening(house)
    body = close(house)
    assert body["figures"]["service"] != "0.00"
    if (mode, taxes) == ("added", None):  # 80.00 less 4.00, and 7.60 for service
        assert amounts(body, "lines", "adjustments", "service") == ("80.00", "4.00", "7.60")
    manager = house.browser("manager")
    for address in (reverse("reports:day", args=[body["day"]]), reverse("till:closing", args=[body["id"]])):
        assert "+ Service charge" in manager.get(address).content.decode()


def test_a_service_charge_that_was_taken_off_is_counted_and_listed(house):
    charge_service(house)
    guests = party(house, 2)
    add_adjustment(party_id=guests, kind=AdjustmentKind.SERVICE, reason="slow", actor=house.actor("manager"))
    pay(house, guests)
    body = close(house)
    assert amounts(body, "service", "service_off", "comps", "discounts") == ("0.00", "2.00", "0.00", "0.00")
    report = house.browser("manager").get(reverse("reports:day", args=[body["day"]])).content.decode()
    assert "Comps, discounts and service charges taken off" in report
    assert "Service charge taken off" in report
