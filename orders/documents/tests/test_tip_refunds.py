"""Refunds of a tip that was too much: sale and tax stay, and money, tips and documents follow."""

from decimal import Decimal

import pytest

from bistro.core.tests.http import nothing_changes, refused
from orders.billing.models import DummyCharge, DummyRefund, Payment, Refund
from orders.billing.tests.bills import Bill, approval
from orders.billing.tests.online import sweep
from orders.documents.models import Document
from orders.till.models import TillMove
from orders.till.reports.tables import tables_of
from orders.till.tests.days import close
from orders.till.tests.test_tips import held, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(house):
    """The bill of 20.00."""
    return Bill(house, seats=(1, 2))


def give_back(bill, payment, status=201, role=None, **body):
    api = bill.house.api(role) if role else bill.api
    answer = api.post(f"/api/v1/payments/{payment['id']}/refunds", {"reason": "typed 50 for 5", **body})
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_tip_goes_back_without_touching_sale_and_tax(house, bill):
    payment = bill.pay(method="card", tip="50.00")
    before = bill.read()

    done = give_back(bill, payment, role="manager", tip="45.00")

    assert (done["amount"], done["of_sale"], done["tip"], done["kind"]) == ("0.00", "0.00", "45.00", "refund")
    after = bill.read()
    assert after["tips"] == "5.00"
    assert {name: after[name] for name in ("total", "tax", "paid", "refunded", "due", "excess", "state")} == {
        name: before[name] for name in ("total", "tax", "paid", "refunded", "due", "excess", "state")
    }
    assert held(house) == {house.staff("waiter").pk: 5}, "the tip of the waiter is smaller"
    assert TillMove.objects.get(kind="refund").amount == Decimal("-45.00")
    assert bill.api.get(f"/api/v1/payments/{payment['id']}").json()["state"] == "captured"


def test_day_report_and_closing_agree(house, bill):
    give_back(bill, bill.pay(tip="50.00"), role="manager", tip="45.00")
    tables = {table.key: table for table in tables_of(house.restaurant, today(house))}
    assert [(row.count, row.total) for row in tables["tips"].rows] == [(1, 5)]
    assert [row.total for row in tables["refunds"].rows] == [-45]
    assert {row.label: row.total for row in tables["summary"].rows}["= Money"] == 25

    body = close(house)  # checks that it adds up

    assert (body["tips"], body["sale"], body["given_back"], body["money"]) == ("5.00", "20.00", "45.00", "25.00")
    assert body["figures"]["refunds"] == "0.00"


def test_the_credit_note_has_the_tip_and_no_dish(bill):
    payment = bill.pay(tip="50.00")
    give_back(bill, payment, role="manager", tip="45.00")

    note = Document.objects.get(kind="credit")

    assert (note.total, note.content["lines"], note.content["taxes"]) == (0, [], [])
    assert [(row["amount"], row["tip"]) for row in note.content["payments"]] == [("0.00", "-45.00")]
    page = bill.house.browser("manager").get(f"/floor/documents/{note.pk}/")
    assert "-€45.00" in page.content.decode().replace("−", "-")


def test_amount_and_tip_go_back_together(bill):
    payment = bill.pay(tip="5.00")
    give_back(bill, payment, role="manager", amount="10.00", tip="5.00")
    body = bill.read()
    assert (body["refunded"], body["tips"]) == ("10.00", "0.00")
    assert TillMove.objects.get(kind="refund").amount == -15


def test_the_provider_gives_a_tip_back(house, bill):
    payment = bill.pay(method="dummy", tip="50.00")
    sweep()
    give_back(bill, payment, role="manager", tip="45.00")
    assert DummyRefund.objects.get().amount == 45
    assert DummyCharge.objects.get().amount == 70
    assert bill.read()["tips"] == "5.00"


def test_one_key_is_one_refund(bill):
    payment = bill.pay(method="card", tip="50.00")
    path, body = f"/api/v1/payments/{payment['id']}/refunds", {"tip": "10.00", "reason": "typed twice"}
    first = bill.api.post(path, body, key="k")
    again = bill.api.post(path, body, key="k")
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    with nothing_changes():
        other = bill.api.post(path, {**body, "tip": "11.00"}, key="k")
        refused(other, 422, "idempotency_key_reused")
    assert Refund.objects.count() == 1


def test_refusals_change_nothing(house, bill):
    """The limit without a manager counts amount and tip together."""
    payment, boss = bill.pay(method="card", tip="50.00"), approval(house)
    with nothing_changes():
        assert give_back(bill, payment, 422, tip="50.01")["code"] == "refund_above_tip"
        assert give_back(bill, payment, 422, tip="-1")["code"] == "validation_error"
        assert give_back(bill, payment, 422, tip="0.001")["code"] == "validation_error"
        assert give_back(bill, payment, 422)["code"] == "validation_error"
        assert give_back(bill, payment, 422, tip="1", reason=" ")["code"] == "validation_error"
        assert give_back(bill, payment, 422, tip="20.01")["code"] == "approval_required"
        assert give_back(bill, payment, 422, tip="15.00", amount="5.01")["code"] == "approval_required"
        assert give_back(bill, payment, 403, role="host", tip="1.00")["code"] == "permission_denied"
        assert give_back(bill, {"id": 2**62}, 404, tip="1.00")["code"] == "payment_not_found"
    give_back(bill, payment, tip="45.00", approval=boss)
    with nothing_changes():
        assert give_back(bill, payment, 422, tip="5.01")["code"] == "refund_above_tip"
        path, body = f"/api/v1/payments/{payment['id']}/method", {"method": "cash", "reason": "x"}
        refused(house.api("manager").post(path, body), 409, "too_late")
    Payment.objects.update(business_date="2020-01-01")
    with nothing_changes():
        assert give_back(bill, payment, 422, tip="1.00")["code"] == "approval_required"


def test_a_tip_goes_back_on_the_page(house, bill):
    payment = bill.pay(method="card", tip="50.00")
    manager = house.browser("manager")
    assert 'name="tip" inputmode' in manager.get(f"/floor/bills/{bill.party}/").content.decode()

    too_much = {"amount": "", "tip": "50,01", "reason": "typed 50 for 5", "key": "a"}
    with nothing_changes():
        answer = manager.post(f"/floor/payments/{payment['id']}/refund/", too_much)
        assert (answer.status_code, "of this tip can go back" in answer.content.decode()) == (422, True)
    answer = manager.post(f"/floor/payments/{payment['id']}/refund/", {**too_much, "tip": "45,00"}, follow=True)

    assert "€45.00 refunded" in answer.content.decode()
    assert bill.read()["tips"] == "5.00"
