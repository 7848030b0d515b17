"""Refunds over HTTP: the sale, the tax, approvals, and the refusals."""

from decimal import Decimal

import pytest

from bistro.core.tests.http import nothing_changes, refused
from orders.billing.models import Payment, Refund
from orders.billing.tests.bills import approval

pytestmark = pytest.mark.django_db


def refund(bill, payment, **body):
    return bill.api.post(f"/api/v1/payments/{payment['id']}/refunds", {"reason": "cold soup", **body})


def test_a_refund_makes_the_sale_smaller(bill):
    payment = bill.pay(method="card")
    answer = refund(bill, payment, amount="10.00", lines=[bill.lines[0]])
    assert answer.status_code == 201, answer.content
    assert (answer.json()["amount"], answer.json()["of_sale"]) == ("10.00", "10.00")
    body = bill.read()
    assert (body["paid"], body["refunded"], body["due"], body["state"]) == ("30.00", "10.00", "0.00", "settled")


def test_refunds_of_a_whole_bill_give_back_exactly_its_tax(bill):
    payment = bill.pay(method="card")
    parts = [refund(bill, payment, amount=amount).json()["id"] for amount in ("13.33", "13.33", "13.34")]
    taxes = [Decimal(Refund.objects.get(pk=pk).taxes[0]["amount"]) for pk in parts]
    assert sum(taxes) == Decimal("3.64")


def test_what_was_paid_too_much_goes_back_first(bill):
    payment = bill.pay(method="card")
    bill.post("/adjustments", {"kind": "void", "line": bill.lines[0], "reason": "never came"})
    assert bill.read()["excess"] == "10.00"
    assert refund(bill, payment, amount="10.00").json()["of_sale"] == "0.00"
    body = bill.read()
    assert (body["paid"], body["excess"], body["due"], body["refunded"]) == ("30.00", "0.00", "0.00", "0.00")


def test_refused_refunds_change_nothing(bill):
    payment = bill.pay(method="card")
    with nothing_changes():
        refused(refund(bill, payment, amount="40.01"), 422, "refund_above_paid")
        refused(refund(bill, payment, amount="0"), 422, "validation_error")
        refused(refund(bill, payment, amount="1", lines=[2**40]), 404, "line_not_found")
        refused(refund(bill, payment, amount="20.01"), 422, "approval_required")
        refused(refund(bill, payment, amount="1", reason=" "), 422, "validation_error")
        refused(refund(bill, {"id": 2**62}, amount="1"), 404, "payment_not_found")
    refund(bill, payment, amount="15.00")
    with nothing_changes():
        refused(refund(bill, payment, amount="25.01", approval=None), 422, "refund_above_paid")


def test_a_refund_of_an_earlier_day_needs_a_manager(bill):
    payment = bill.pay(method="card")
    Payment.objects.update(business_date="2020-01-01")
    with nothing_changes():
        refused(refund(bill, payment, amount="1.00"), 422, "approval_required")
    assert refund(bill, payment, amount="1.00", approval=approval(bill.house)).status_code == 201


def test_a_refund_of_a_bill_that_costs_nothing_any_more(bill):
    """Comp a dish, let the others be paid, and void these: all of the payment was too much."""
    bill.post("/adjustments", {"kind": "comp", "line": bill.lines[0], "reason": "late"})
    payment = bill.pay(method="card")
    for line in bill.lines[1:]:
        bill.post("/adjustments", {"kind": "void", "line": line, "reason": "never came"})
    answer = refund(bill, payment, amount="20.00")
    assert (answer.status_code, answer.json()["of_sale"]) == (201, "0.00")
    assert bill.read()["excess"] == "10.00"
