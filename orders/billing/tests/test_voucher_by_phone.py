"""Vouchers on the guests' own phone: a part, the whole bill, a second tap, refusals, and the limit on guesses."""

import re

import pytest
from django.test import Client

from bistro.core.tests.http import nothing_changes
from orders.billing.models import Payment
from orders.billing.tests.bills import Bill
from orders.billing.tests.test_pay_by_phone import Phone
from orders.billing.tests.vouchers import agree, sold
from orders.billing.transitions import Method
from tables.tests.factories import TableFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
WRONG = "0000-0000-0000-0000"


@pytest.fixture
def phone(bill):
    return Phone(bill)


def spend(phone, code, status=200, **fields):
    answer = phone.browser.post(f"{phone.link}voucher/", {"code": code, "key": "one", **fields})
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def test_a_voucher_pays_a_part_and_the_rest_is_paid_by_card(bill, phone):
    voucher = sold(bill.house, "15.00")
    assert "I have a voucher" in phone.get()
    page = spend(phone, voucher.code.lower())
    assert "€15.00 is paid." in page
    assert "Left on the voucher: €0.00" in page
    assert Client().get(re.search(r'href="(/receipt/[^"]+)"', page)[1]).status_code == 200
    assert bill.due() == "25.00"
    phone.pay(phone.fields("for=all"))
    assert bill.read()["state"] == "settled"
    agree()


def test_a_large_voucher_pays_all_and_keeps_the_rest(bill, phone):
    voucher = sold(bill.house, "50.00")
    page = spend(phone, voucher.code)
    assert "Left on the voucher: €10.00" in page
    assert "Nothing is due" in page
    payment = Payment.objects.get()
    assert (payment.method, payment.taken_by, bill.due()) == (Method.VOUCHER, "Guest", "0.00")


def test_a_second_tap_is_the_same_payment(bill, phone):
    voucher = sold(bill.house, "15.00")
    assert "€15.00 is paid." in spend(phone, voucher.code)
    assert "€15.00 is paid." in spend(phone, voucher.code)
    assert Payment.objects.count() == 1


def test_wrong_spent_and_foreign_codes_are_refused(bill, phone, other_house):
    other, empty = sold(other_house), sold(bill.house, "5.00")
    spend(phone, empty.code)
    with nothing_changes():
        assert "There is no voucher with this code." in spend(phone, WRONG, 404, key="a")
        assert "There is no voucher with this code." in spend(phone, other.code, 404, key="b")
        assert "There is only €0.00 on this voucher." in spend(phone, empty.code, 422, key="c")


def test_guesses_are_limited_for_a_table_and_for_an_address(bill, phone, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "voucher": "3/min"}
    voucher = sold(bill.house, "15.00")
    for _guess in range(3):
        spend(phone, WRONG, 404)
    with nothing_changes():
        assert "Too many tries" in spend(phone, WRONG, 429)
    assert "€15.00 is paid." in spend(phone, voucher.code), "a right code always works"


def test_an_address_has_one_limit_for_all_tables(bill, phone, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "voucher": "3/min"}
    for _guess in range(3):
        spend(phone, WRONG, 404)
    elsewhere = Phone(Bill(bill.house, table=TableFactory(restaurant=bill.house.restaurant)))
    with nothing_changes():
        spend(elsewhere, WRONG, 429)


def test_guests_pay_in_no_other_way_without_a_provider(bill, phone):
    with nothing_changes():
        spend(phone, "", 404)
        assert phone.browser.get(f"{phone.link}voucher/").status_code == 405


def test_the_form_ends_with_the_guests(bill, phone):
    voucher = sold(bill.house, "50.00")
    bill.house.done(bill.api.post(f"/api/v1/orders/{bill.order['id']}/cancel", {"reason": "x"}))
    bill.house.done(bill.api.post(f"/api/v1/tables/{bill.house.table.pk}/clear"))
    with nothing_changes():
        spend(phone, voucher.code, 404)
