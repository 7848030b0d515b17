"""Documents and bills agree by line and by tax, also after comps, voids, corrections and joins."""

from decimal import Decimal

import pytest

from bistro.core.models import Restaurant
from menu.models import Item
from orders.billing.tests.bills import Bill
from orders.billing.tests.charging import charge_service
from orders.documents import steps
from orders.documents.models import Document


@pytest.fixture(params=["0", "12.5"])
def bill(house, request):
    """Three dishes at 10.00, for seats 1, 1 and 2: 30.00 with 2.73 tax, without and with a service charge."""
    charge_service(house, request.param)
    return Bill(house, seats=(1, 1, 2))


def manager(house, path, body, status=201):
    answer = house.api("manager").post(path, {"reason": "x", **body})
    assert answer.status_code == status, answer.content
    return answer.json()


def adjust(house, bill, **body):
    return manager(house, f"/api/v1/bills/{bill.party}/adjustments", body)


def refund(house, payment, amount, **body):
    return manager(house, f"/api/v1/payments/{payment['id']}/refunds", {"amount": amount, **body})


def sums():
    """Return the sums of all documents but invoices: {line: amount} without zeros, and the tax."""
    lines, tax = {}, Decimal(0)
    for document in Document.objects.exclude(kind="invoice"):
        for row in document.content["lines"]:
            lines[row["line"]] = lines.get(row["line"], 0) + Decimal(row["amount"])
            tax += sum(Decimal(each["amount"]) for each in row["taxes"])
    return {line: amount for line, amount in lines.items() if amount}, tax


def agree(bill):
    """Assert that the documents have exactly the lines and the tax of the bill."""
    read = bill.read()
    due = {line["id"]: Decimal(line["due"]) for line in read["lines"] if Decimal(line["due"])}
    lines, tax = sums()
    service = sum(amount for line, amount in lines.items() if line < 0)
    assert ({line: amount for line, amount in lines.items() if line > 0}, tax) == (due, Decimal(read["tax"]))
    assert service == Decimal(read["service"])


def test_money_beyond_the_bill_goes_back_without_touching_a_dish(house, bill):
    payment = bill.pay()
    adjust(house, bill, kind="void", line=bill.lines[2])
    right = manager(house, f"/api/v1/payments/{payment['id']}/method", {"method": "terminal"})
    refund(house, right, bill.read()["excess"])

    agree(bill)


def test_a_comp_that_settles_a_part_payment_moves_its_lines(house):
    bill = Bill(house, seats=(1, 2))
    bill.pay(amount="10.00")
    adjust(house, bill, kind="comp", line=bill.lines[0])

    agree(bill)
    assert Document.objects.latest("pk").total == 0


def test_a_comp_between_two_payments(house, bill):
    bill.pay(amount="15.00")
    adjust(house, bill, kind="comp", line=bill.lines[0])
    bill.pay()

    agree(bill)


@pytest.mark.parametrize("mode", ["added", "inclusive"])
def test_no_cent_of_tax_drifts_when_a_dish_leaves_after_the_payment(house, mode):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(tax_mode=mode)
    house.restaurant.tax_components.update(name="Tax", percent="8.63")
    Item.objects.filter(pk=house.item.pk).update(price=Decimal("2.50"))
    bill = Bill(house, seats=(1, 1, 2, 2))
    payment = bill.pay()
    adjust(house, bill, kind="void", line=bill.lines[0])
    refund(house, payment, bill.read()["excess"])

    agree(bill)


def test_payments_from_before_there_were_documents(house, bill, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(steps, "_issue_missing", lambda *given: None)
        payment = bill.pay()
    manager(house, f"/api/v1/payments/{payment['id']}/method", {"method": "terminal"})

    agree(bill)


def test_what_corrects_a_training_receipt_is_training_too(house, bill):
    house.restaurant.is_training = True
    house.restaurant.save()
    refund(house, bill.pay(), "5.00")

    assert {document.kind for document in Document.objects.all()} == {"training"}


def test_a_refund_takes_back_the_dishes_of_its_own_payment(house):
    first, table = Bill(house, seats=(1,)), house.add_table()
    other = Bill(house, seats=(1,), table=table)
    payment = other.pay()
    first.pay()
    house.done(first.api.post(f"/api/v1/parties/{first.party}/join", {"table": table.pk, "party": other.party}))
    refund(house, payment, "4.00")

    credit = Document.objects.latest("pk")

    assert [(row["line"], row["amount"]) for row in credit.content["lines"]] == [(other.lines[0], "-4.00")]
