"""Vouchers: sale, balance, payment, refund to the voucher, cancelling, and each refusal."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from bistro.core.auth import rate_limits
from bistro.core.models import Event, Restaurant
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.models import Payment, Voucher, VoucherMove
from orders.billing.tests.bills import Bill, approval
from orders.billing.tests.vouchers import agree, sold
from orders.billing.vouchers.codes import code_in, grouped, new_code

pytestmark = pytest.mark.django_db
VOUCHERS = "/api/v1/vouchers"
WRONG = "0000-0000-0000-0000"


def sell(house, status=201, role="cashier", key=None, **body):
    sent = {"value": "50.00", "method": "cash", **body}
    answer = house.api(role).post(VOUCHERS, sent, **({"key": key} if key else {}))
    assert answer.status_code == status, answer.content
    return answer.json()


def spend(bill, voucher, status=201, **body):
    code = grouped(voucher.code) if isinstance(voucher, Voucher) else voucher
    return bill.pay(status, method="voucher", voucher=code, **body)


def balance(house, code):
    answer = house.api("waiter").post(f"{VOUCHERS}/balance", {"code": code})
    assert answer.status_code == 200, answer.content
    return answer.json()["balance"]


def refund(bill, payment, status=201, **body):
    path = f"/api/v1/payments/{payment['id']}/refunds"
    answer = bill.house.api("manager").post(path, {"reason": "cold soup", **body})
    assert answer.status_code == status, answer.content
    return answer.json()


def void(house, voucher, status=200, role="manager", **body):
    sent = {"reason": "Lost", "pay_back": False, **body}
    answer = house.api(role).post(f"{VOUCHERS}/{voucher.pk}/void", sent)
    assert answer.status_code == status, answer.content
    return answer.json()


# --- codes -----------------------------------------------------------------------------------------------------------
@pytest.mark.database_agnostic
def test_a_code_is_long_random_and_read_as_people_type_it():
    codes = {new_code() for _each in range(1000)}
    assert len(codes) == 1000
    assert {len(code) for code in codes} == {16}, "80 bits"
    code = code_in("7k2m-9qxr-od4t-hbw5 ")
    assert (code, grouped(code)) == ("7K2M9QXR0D4THBW5", "7K2M-9QXR-0D4T-HBW5")
    assert [code_in(typed) for typed in ("", "7K2M", "7K2M-9QXR-0D4T-HBW!", "U" * 16, "é" * 16)] == [""] * 5


# --- sale ------------------------------------------------------------------------------------------------------------
def test_a_sale_is_no_turnover_and_its_answer_alone_has_the_code(house):
    body = sell(house, expires_on="2099-12-31")

    assert (body["value"], body["balance"], body["state"]) == ("50.00", "50.00", "open")
    assert balance(house, body["code"]) == "50.00"
    manager = house.api("manager")
    (listed,) = manager.get(VOUCHERS).json()["results"]
    assert (listed["code"], listed["tail"]) == (None, body["code"][-4:])
    (move,) = manager.get(f"{VOUCHERS}/{body['id']}").json()["moves"]
    assert (move["kind"], move["amount"], move["payment"]) == ("sold", "50.00", None)
    assert Payment.objects.count() == 0


def test_one_key_is_one_voucher(house):
    first = sell(house, key="tap")
    assert sell(house, 200, key="tap") == first
    with nothing_changes():
        assert sell(house, 422, key="tap", value="60.00")["code"] == "idempotency_key_reused"
    assert Voucher.objects.count() == 1


def test_refused_sales_change_nothing(house):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(cash_rounding=Decimal("0.05"))
    with nothing_changes():
        assert sell(house, 422, value="0")["code"] == "validation_error"
        assert sell(house, 422, value="1.001", method="terminal")["code"] == "validation_error"
        assert sell(house, 422, value="10.01")["errors"].keys() == {"value"}, "there is no such coin"
        assert sell(house, 422, expires_on="2020-01-01")["errors"].keys() == {"expires_on"}
        assert sell(house, 422, method="dummy")["code"] == "validation_error"
        assert sell(house, 403, role="host")["code"] == "permission_denied"
        refused(house.api("waiter").get(VOUCHERS), 403, "permission_denied")


# --- payment ---------------------------------------------------------------------------------------------------------
def test_a_voucher_pays_as_much_as_is_on_it(house):
    """40.00 with a voucher of 25.00 and cash; the sale has its tax now."""
    bill, voucher = Bill(house, seats=(1, 1, 2, 2)), sold(house, "25.00")

    first = spend(bill, voucher)

    assert (first["amount"], first["state"], first["slip"], first["change"]) == (
        "25.00",
        "captured",
        voucher.tail,
        None,
    )
    assert bill.due() == "15.00"
    assert bill.pay()["amount"] == "15.00"
    body = bill.read()
    assert (body["state"], body["tax"], body["paid"]) == ("settled", "3.64", "40.00")
    voucher.refresh_from_db()
    assert (voucher.balance, [move.kind for move in voucher.moves.all()]) == (0, ["sold", "spent"])
    agree()


def test_a_balance_is_exact_to_the_cent(house):
    """Binary fractions would leave less than 6.24 of 22.51 on the voucher, and give more than 22.51 back to it."""
    bill, voucher = Bill(house, seats=(1, 1, 2)), sold(house, "22.51", method="terminal")
    payments = [(spend(bill, voucher, amount=amount), amount) for amount in ("16.27", "6.24")]
    assert balance(house, voucher.code) == "0.00"
    for payment, amount in payments:
        refund(bill, payment, amount=amount)
    assert balance(house, voucher.code) == "22.51"
    agree()


def test_a_share_is_paid_in_part_and_the_rest_stays_on_the_voucher(house):
    bill, voucher = Bill(house, seats=(1, 2)), sold(house)
    bill.post("/split", {"by": "seat"})
    share = bill.read()["shares"][0]["id"]
    spend(bill, voucher, share=share, amount="4.00")
    assert [each["due"] for each in bill.read()["shares"]] == ["6.00", "10.00"]
    assert spend(bill, voucher, share=share)["amount"] == "6.00"
    assert balance(house, voucher.code.lower()) == "40.00"
    agree()


def test_one_key_is_one_payment_with_a_voucher(house):
    bill, voucher = Bill(house, seats=(1, 2)), sold(house)
    body = {"method": "voucher", "voucher": voucher.code, "amount": "10.00"}
    assert [bill.post("/payments", body, key="tap").status_code for _each in range(2)] == [201, 200]
    assert balance(house, voucher.code) == "40.00"


def test_refused_payments_change_nothing(house):
    bill, voucher = Bill(house, seats=(1, 2)), sold(house, "15.00")
    other, past, ended = sold(house), sold(house, expires_on=date(2099, 1, 1)), sold(house)
    Voucher.objects.filter(pk=other.pk).update(currency="CHF")
    Voucher.objects.filter(pk=past.pk).update(expires_on=timezone.now().date() - timedelta(days=2))
    void(house, ended)
    with nothing_changes():
        assert "only €15.00" in spend(bill, voucher, 422, amount="15.01")["detail"]
        assert spend(bill, voucher, 422, amount="15.01")["code"] == "voucher_too_small"
        assert spend(bill, voucher, 422, amount="20.01")["code"] == "amount_above_due"
        assert spend(bill, voucher, 422, tip="1.00")["code"] == "tip_by_voucher"
        assert spend(bill, WRONG, 404)["code"] == "voucher_not_found"
        assert spend(bill, "", 404)["code"] == "voucher_not_found"
        assert spend(bill, other, 422)["code"] == "voucher_currency"
        assert spend(bill, past, 422)["code"] == "voucher_expired"
        assert spend(bill, ended, 409)["code"] == "voucher_void"
    spend(bill, voucher)
    with nothing_changes():
        assert spend(bill, voucher, 422)["code"] == "voucher_too_small"


def test_a_voucher_of_another_house_is_unknown(house, other_house):
    foreign, bill = sold(other_house), Bill(house)
    with nothing_changes():
        assert spend(bill, foreign, 404)["code"] == "voucher_not_found"
        refused(house.api("manager").get(f"{VOUCHERS}/{foreign.pk}"), 404, "voucher_not_found")
        assert void(house, foreign, 404)["code"] == "voucher_not_found"


def test_wrong_codes_are_limited_and_a_right_one_always_works(house, settings, monkeypatch):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "voucher": "3/min"}
    monkeypatch.setattr(rate_limits, "_away", False)
    bill, voucher, api = Bill(house), sold(house), house.api("waiter")
    with nothing_changes():
        found = [api.post(f"{VOUCHERS}/balance", {"code": WRONG}).status_code for _each in range(5)]
        found.append(bill.post("/payments", {"method": "voucher", "voucher": WRONG}).status_code)
        assert found[-1] == 429
        assert found.count(404) in (3, 4), "another minute may begin meanwhile"
    assert balance(house, voucher.code) == "50.00"


# --- refund ----------------------------------------------------------------------------------------------------------
def test_a_refund_goes_back_to_the_voucher(house):
    """The sale is smaller, and the voucher has the money again, also after its last day."""
    bill, voucher = Bill(house, seats=(1, 2)), sold(house)
    payment = spend(bill, voucher)
    Voucher.objects.update(expires_on=timezone.now().date() - timedelta(days=2))

    assert refund(bill, payment, amount="5.00")["of_sale"] == "5.00"

    voucher.refresh_from_db()
    assert voucher.balance == 35
    assert VoucherMove.objects.latest("pk").kind == "returned"
    assert refund(bill, payment, 422, amount="15.01")["code"] == "refund_above_paid"
    agree()


def test_a_payment_with_a_voucher_is_undone_at_once(house):
    bill, voucher = Bill(house), sold(house)
    payment = spend(bill, voucher)
    answer = bill.api.post(f"/api/v1/payments/{payment['id']}/undo")
    assert answer.status_code == 201, answer.content
    assert (bill.due(), balance(house, voucher.code)) == ("10.00", "50.00")
    agree()


def test_nothing_goes_back_to_a_cancelled_voucher(house):
    bill, voucher = Bill(house), sold(house)
    payment = spend(bill, voucher)
    void(house, voucher)
    with nothing_changes():
        assert refund(bill, payment, 409, amount="5.00")["code"] == "voucher_void"


# --- cancelling ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("pay_back", "kind"), [(True, "paid_back"), (False, "lapsed")])
def test_a_manager_cancels_a_voucher(house, pay_back, kind):
    voucher = sold(house)
    body = void(house, voucher, pay_back=pay_back)
    assert (body["state"], body["balance"], body["moves"][-1]["kind"]) == ("void", "0.00", kind)
    with nothing_changes():
        assert void(house, voucher, 409)["code"] == "voucher_void"
    agree()


def test_refused_cancelling_changes_nothing(house):
    bill, voucher, empty = Bill(house), sold(house), sold(house, "10.00")
    spend(bill, empty)
    with nothing_changes():
        assert void(house, voucher, 403, role="cashier")["code"] == "permission_denied"
        assert void(house, voucher, 422, reason=" ")["code"] == "validation_error"
        assert void(house, empty, 422)["code"] == "voucher_too_small"


# --- what is kept ----------------------------------------------------------------------------------------------------
def test_no_event_has_the_code(house):
    bill, voucher = Bill(house), sold(house)
    refund(bill, spend(bill, voucher), amount="5.00", approval=approval(house))
    void(house, voucher)
    events = Event.objects.filter(type="voucher_updated").order_by("seq")
    assert list(events.values_list("action", flat=True)) == ["sold", "spent", "returned", "voided"]
    assert json.loads(events.last().data)["balance"] == "0.00"
    assert not any(voucher.code in f"{event.data}{event.private}" for event in Event.objects.all())
