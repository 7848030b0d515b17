"""Receipts and credit notes of bills: their lines, taxes and numbers add up to the bill."""

from decimal import Decimal

import pytest

from orders.billing.tests.bills import Bill
from orders.documents.models import Document
from orders.documents.services import Customer, issue_invoice


@pytest.fixture
def bill(house):
    """Three dishes at 10.00, for seats 1, 1 and 2: 30.00 with 2.73 tax."""
    return Bill(house, seats=(1, 1, 2))


def documents():
    return list(Document.objects.order_by("pk"))


def amounts(document):
    return [Decimal(row["amount"]) for row in document.content["lines"]]


def tax(document):
    return sum(Decimal(row["amount"]) for row in document.content["taxes"])


def test_a_payment_has_a_receipt_with_all_lines_and_the_tax(bill):
    bill.pay(tip="3.00", tendered="40.00")

    [receipt] = documents()

    assert (receipt.kind, receipt.code, receipt.total) == ("receipt", "R1-000001", Decimal(30))
    assert amounts(receipt) == [Decimal(10)] * 3
    assert receipt.content["taxes"] == [{"name": "Food", "percent": "10", "net": "27.27", "amount": "2.73"}]
    [paid] = receipt.content["payments"]
    assert (paid["tip"], paid["tendered"], paid["change"]) == ("3.00", "40.00", "7.00")


def test_receipts_of_equal_parts_add_up_to_the_bill_line_by_line(bill):
    shares = bill.post("/split", {"by": "equal", "ways": 7}).json()["shares"]
    for share in shares:
        bill.pay(share=share["id"])

    found = documents()

    assert [receipt.total for receipt in found] == [Decimal(share["total"]) for share in shares]
    assert sum(map(tax, found)) == Decimal("2.73")
    by_line = {}
    for receipt in found:
        for row in receipt.content["lines"]:
            by_line[row["line"]] = by_line.get(row["line"], 0) + Decimal(row["amount"])
    assert by_line == dict.fromkeys(bill.lines, Decimal(10))


def test_the_receipt_of_a_seat_has_only_its_dishes(bill):
    first, second = bill.post("/split", {"by": "seat"}).json()["shares"]
    bill.pay(share=second["id"])
    bill.pay(share=first["id"])

    found = documents()

    assert [[row["line"] for row in receipt.content["lines"]] for receipt in found] == [bill.lines[2:], bill.lines[:2]]


def test_a_refund_of_everything_gives_the_lines_and_the_tax_back(house, bill):
    payment = bill.pay()
    answer = house.api("manager").post(
        f"/api/v1/payments/{payment['id']}/refunds", {"amount": "30.00", "reason": "hair in the soup"}
    )
    assert answer.status_code == 201, answer.content

    receipt, credit = documents()

    assert (credit.kind, credit.code, credit.total, credit.corrects) == ("credit", "C1-000001", Decimal(-30), receipt)
    assert tax(credit) == -tax(receipt)
    assert all(row["given_back"] for row in credit.content["lines"])


def test_what_was_paid_too_much_goes_back_on_the_voided_dish(house, bill):
    payment = bill.pay()
    api = house.api("manager")
    void = {"kind": "void", "line": bill.lines[2], "reason": "cold"}
    assert api.post(f"/api/v1/bills/{bill.party}/adjustments", void).status_code == 201
    api.post(f"/api/v1/payments/{payment['id']}/refunds", {"amount": "10.00", "reason": "cold"})

    _receipt, credit = documents()

    assert [(row["line"], row["amount"]) for row in credit.content["lines"]] == [(bill.lines[2], "-10.00")]
    assert "given_back" not in credit.content["lines"][0]
    assert credit.content["taxes"] == [{"name": "Food", "percent": "10", "net": "-9.09", "amount": "-0.91"}]


def test_a_dish_that_comes_after_the_payment_has_a_receipt_of_its_own(house, bill):
    bill.pay()
    house.place("waiter", lines=[{"item": house.item.pk, "quantity": 1}], table=house.table.pk)
    bill.pay()

    _first, second = documents()

    assert [row["amount"] for row in second.content["lines"]] == ["10.00"]
    assert second.content["lines"][0]["line"] not in bill.lines


def test_a_restaurant_in_training_issues_training_documents_only(house, bill):
    house.restaurant.is_training = True
    house.restaurant.save()
    bill.pay()

    [document] = documents()

    assert (document.kind, document.code) == ("training", "T1-000001")


def test_a_refused_payment_leaves_no_gap(bill):
    bill.pay(amount="10.00")
    bill.pay(status=422, method="terminal", amount="99.00")
    bill.pay(amount="10.00")

    assert [document.code for document in documents()] == ["R1-000001", "R1-000002"]


def test_an_undone_payment_has_a_cancelled_receipt_and_the_next_one_covers_the_bill(bill):
    payment = bill.pay()
    assert bill.api.post(f"/api/v1/payments/{payment['id']}/undo").status_code == 201
    bill.pay()

    first, cancelled, second = documents()

    assert (cancelled.kind, cancelled.code, cancelled.total, cancelled.corrects) == (
        "cancelled", "X1-000001", -first.total, first,
    )  # fmt: skip
    assert tax(cancelled) == -tax(first)
    assert (second.total, amounts(second), tax(second)) == (first.total, amounts(first), tax(first))


def test_a_receipt_with_an_invoice_is_not_cancelled(house, bill):
    payment = bill.pay()
    [receipt] = documents()
    issue_invoice(document_id=receipt.pk, customer=Customer("Ana & Co", "Main Street 1"), actor=house.actor("manager"))

    answer = bill.api.post(f"/api/v1/payments/{payment['id']}/undo")

    assert (answer.status_code, answer.json()["code"]) == (422, "invoice_exists")
    assert bill.due() == "0.00"
    assert len(documents()) == 2


def test_a_corrected_method_cancels_the_receipt_and_issues_another_for_the_same_lines(house, bill):
    payment = bill.pay()
    api = house.api("manager")
    body = {"method": "terminal", "reason": "paid by card"}
    assert api.post(f"/api/v1/payments/{payment['id']}/method", body).status_code == 201

    wrong, cancelled, right = documents()

    assert [row.kind for row in (wrong, cancelled, right)] == ["receipt", "cancelled", "receipt"]
    assert (amounts(right), right.content["payments"][0]["method"]) == (amounts(wrong), "terminal")
