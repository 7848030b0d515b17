"""Payments over HTTP: cash, change, the smallest coin, cards, keys, and the refusals."""

from decimal import Decimal

import pytest

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import forget
from orders.billing.models import Payment
from orders.billing.tests.bills import Bill

pytestmark = pytest.mark.django_db


def test_cash_with_tip_and_change(bill):
    payment = bill.pay(tendered="50.00", tip="3.00")
    assert (payment["amount"], payment["tip"], payment["change"], payment["state"]) == (
        "40.00",
        "3.00",
        "7.00",
        "captured",
    )
    body = bill.read()
    assert (body["state"], body["paid"], body["tips"], body["due"]) == ("settled", "40.00", "3.00", "0.00")
    assert bill.api.get(f"/api/v1/payments/{payment['id']}").json() == payment


def test_a_note_above_what_is_due_gives_change(bill):
    payment = bill.pay(amount="50.00")
    assert (payment["amount"], payment["tendered"], payment["change"]) == ("40.00", "50.00", "10.00")


def test_cash_is_rounded_to_the_smallest_coin(house):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(cash_rounding="0.05", currency="CHF")
    house.item.price = Decimal("9.98")
    house.item.save()
    forget()
    bill = Bill(house)
    payment = bill.pay(tendered="20.00")
    assert (payment["amount"], payment["rounding"], payment["change"]) == ("9.98", "0.02", "10.00")
    assert bill.read()["state"] == "settled"


def test_a_card_is_paid_to_the_cent(bill):
    payment = bill.pay(method="card", amount="10.00", slip="000123")
    assert (payment["method"], payment["slip"], payment["tendered"], payment["change"]) == (
        "terminal",
        "000123",
        None,
        None,
    )


def test_new_dishes_are_due_again(bill):
    bill.pay()
    bill.house.place("waiter")
    assert (bill.read()["state"], bill.due()) == ("open", "10.00")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"method": "terminal", "amount": "40.01"}, 422, "amount_above_due"),
        ({"method": "terminal", "amount": "0"}, 422, "validation_error"),
        ({"method": "terminal", "amount": "-1"}, 422, "validation_error"),
        ({"method": "terminal", "amount": "1e308"}, 422, "validation_error"),
        ({"method": "terminal", "amount": True}, 422, "validation_error"),
        ({"method": "terminal", "amount": "1.001"}, 422, "validation_error"),
        ({"method": "terminal", "tip": "-1"}, 422, "validation_error"),
        ({"method": "cash", "tendered": "39.99"}, 422, "tendered_too_small"),
        ({"method": "cash", "tendered": "40.00", "tip": "0.01"}, 422, "tendered_too_small"),
        ({"method": "gold"}, 422, "validation_error"),
        ({"method": "cash", "share": 2**40}, 404, "share_not_found"),
        ({"method": "cash", "state": "captured"}, 422, "validation_error"),
    ],
)
def test_refused_payments_change_nothing(bill, body, status, code):
    with nothing_changes():
        refused(bill.post("/payments", body), status, code)


def test_nothing_is_due_after_the_payment(bill):
    bill.pay()
    with nothing_changes():
        problem = refused(bill.post("/payments", {"method": "cash", "amount": "1.00"}), 409, "nothing_due")
    assert (problem["due"], problem["reserved"]) == ("0.00", "0.00")


def test_a_payment_under_way_has_taken_its_amount(bill):
    bill.pay(method="card", amount="15.00")
    Payment.objects.update(status="pending")
    assert (bill.read()["reserved"], bill.due()) == ("15.00", "25.00")
    with nothing_changes():
        problem = refused(bill.post("/payments", {"method": "card", "amount": "26.00"}), 409, "amount_taken")
        refused(bill.post("/payments", {"method": "card", "amount": "40.01"}), 422, "amount_above_due")
    assert (problem["due"], problem["reserved"]) == ("25.00", "15.00")


def test_the_same_key_is_one_payment(bill):
    body = {"method": "cash", "amount": "10.00"}
    first, second = [bill.post("/payments", body, key="tap") for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    with nothing_changes():
        refused(bill.post("/payments", {**body, "amount": "11.00"}, key="tap"), 422, "idempotency_key_reused")
    assert bill.due() == "30.00"


@pytest.mark.parametrize("role", ["host", "kitchen", "screen", "integration", "pad"])
def test_others_take_no_money(bill, role):
    api = bill.house.api(role)
    with nothing_changes():
        for end in ("/payments", "/split", "/adjustments", "/present", "/write-off"):
            refused(api.post(bill.path(end), {}), 403, "permission_denied")


def test_another_house_sees_nothing(bill, other_house):
    payment = bill.pay(amount="5.00")
    api = other_house.api("manager")
    with nothing_changes():
        refused(api.get(bill.path()), 404, "party_not_found")
        refused(api.post(bill.path("/payments"), {"method": "cash"}), 404, "party_not_found")
        refused(api.get(f"/api/v1/payments/{payment['id']}"), 404, "payment_not_found")
        body = {"amount": "1.00", "reason": "x"}
        refused(api.post(f"/api/v1/payments/{payment['id']}/refunds", body), 404, "payment_not_found")
