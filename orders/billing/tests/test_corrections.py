"""Payments that were a mistake: undone within seconds, or booked by the right method. Figures and receipts follow."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.billing.models import Payment, Refund
from orders.billing.tests.bills import Bill, approval


@pytest.fixture
def bill(house):
    """The bill of 20.00."""
    return Bill(house, seats=(1, 2))


def undo(bill, payment, status):
    answer = bill.api.post(f"/api/v1/payments/{payment['id']}/undo")
    assert answer.status_code == status, answer.content
    return answer.json()


def correct(bill, payment, status, **body):
    body = {"method": "terminal", "reason": "paid by card", **body}
    answer = bill.api.post(f"/api/v1/payments/{payment['id']}/method", body)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_cash_is_undone_with_its_tip_and_due_again(bill):
    payment = bill.pay(tip="2.00", tendered="30.00")

    assert undo(bill, payment, 201)["kind"] == "undone"

    after = bill.read()
    assert (after["due"], after["paid"], after["tips"], after["total"]) == ("20.00", "0.00", "0.00", "20.00")
    assert bill.pay()["amount"] == "20.00"


def test_after_thirty_seconds_only_a_refund_helps(bill):
    payment = bill.pay()
    Payment.objects.update(taken_at=Payment.objects.get().taken_at - timedelta(seconds=31))

    assert undo(bill, payment, 409)["code"] == "too_late"
    assert Refund.objects.count() == 0


def test_a_second_tap_is_the_same_undo(bill):
    payment = bill.pay()

    assert undo(bill, payment, 201) == undo(bill, payment, 201)
    assert Refund.objects.count() == 1


def test_only_cash_is_undone(bill):
    payment = bill.pay(method="terminal")

    assert undo(bill, payment, 422)["code"] == "not_cash"
    assert bill.due() == "0.00"


def test_a_wrong_method_is_corrected_by_rows(house, bill):
    house.restaurant.cash_rounding = Decimal("0.05")
    house.restaurant.save()
    wrong = bill.pay(tip="2.02", tendered="30.00")

    right = correct(bill, wrong, 201, slip="4711", approval=approval(house))

    assert (right["method"], right["amount"], right["tip"], right["rounding"], right["slip"]) == (
        "terminal", "20.00", "2.02", "0.00", "4711",
    )  # fmt: skip
    after = bill.read()
    assert (after["due"], after["paid"], after["tips"], after["refunded"]) == ("0.00", "20.00", "2.02", "0.00")
    assert [(row["method"], row["state"]) for row in after["payments"]] == [
        ("cash", "refunded"),
        ("terminal", "captured"),
    ]
    [back] = Refund.objects.all()
    assert (back.kind, back.tip, back.rounding) == ("corrected", Decimal("2.02"), Decimal("-0.02"))


@pytest.mark.parametrize("method", ["cash", "dummy"])
def test_a_correction_names_the_other_of_the_house_s_methods(house, bill, method):
    payment = bill.pay()

    correct(bill, payment, 422, method=method, approval=approval(house))

    assert Refund.objects.count() == 0


@pytest.mark.parametrize("method", ["", "x", "cash", "dummy"])
def test_a_page_that_sends_another_method_is_refused(house, bill, method):
    payment = bill.pay()
    path = f"/floor/payments/{payment['id']}/method/"

    answer = house.browser("manager").post(path, {"method": method, "reason": "x"})

    assert answer.status_code == 422
    assert Refund.objects.count() == 0


def test_a_correction_of_an_earlier_day_needs_a_manager(house, bill):
    payment = bill.pay(amount="5.00")
    Payment.objects.update(business_date=Payment.objects.get().business_date - timedelta(days=1))

    assert correct(bill, payment, 422)["code"] == "approval_required"
    correct(bill, payment, 201, approval=approval(house))


def test_the_tip_stays_with_the_waiter_when_a_manager_corrects(house, bill):
    payment = bill.pay(tip="2.00")
    waiter = Payment.objects.get().taken_by_staff_id
    body = {"method": "terminal", "reason": "paid by card"}
    assert house.api("manager").post(f"/api/v1/payments/{payment['id']}/method", body).status_code == 201

    assert set(Payment.objects.values_list("taken_by_staff_id", flat=True)) == {waiter}


def test_a_correction_above_the_limit_needs_a_manager(house, bill):
    house.restaurant.price_limit = Decimal(10)
    house.restaurant.save()
    payment = bill.pay()

    assert correct(bill, payment, 422)["code"] == "approval_required"
    assert (Payment.objects.count(), Refund.objects.count()) == (1, 0)
    correct(bill, payment, 201, approval=approval(house))


def test_a_payment_that_went_back_in_part_is_not_corrected(house, bill):
    payment = bill.pay()
    back = {"amount": "5.00", "reason": "late"}
    assert house.api("manager").post(f"/api/v1/payments/{payment['id']}/refunds", back).status_code == 201

    assert correct(bill, payment, 409, approval=approval(house))["code"] == "too_late"


def test_the_bill_offers_undo_and_the_other_method(house, bill):
    browser = house.browser("waiter")
    payment = bill.pay()
    shown = browser.get(f"/floor/bills/{bill.party}/").content.decode()
    assert f"/floor/payments/{payment['id']}/undo/" in shown
    assert 'name="method" value="terminal"' in shown

    browser.post(f"/floor/payments/{payment['id']}/undo/")

    assert bill.due() == "20.00"


def test_cash_that_rounds_to_no_coin_is_undone(house):
    house.restaurant.cash_rounding = Decimal("0.05")
    house.restaurant.save()
    bill = Bill(house)
    bill.pay(amount="9.98", method="terminal")

    undo(bill, bill.pay(), 201)

    assert bill.due() == "0.02"
