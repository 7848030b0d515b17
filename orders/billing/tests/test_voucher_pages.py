"""The pages of vouchers and the payment on the bill's page, without JavaScript."""

from datetime import timedelta

import pytest

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes
from orders.billing.models import Voucher
from orders.billing.tests.bills import Bill
from orders.billing.tests.vouchers import sold
from orders.billing.vouchers.codes import grouped

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PAGE = "/till/vouchers/"


def text_of(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_a_cashier_sells_a_voucher_and_prints_it(house):
    cashier = house.browser("cashier")
    sent = {"value": "50,00", "method": "cash", "expires_on": "2099-12-31", "key": "tap"}
    page = text_of(cashier.post(f"{PAGE}sell/", sent, follow=True))
    cashier.post(f"{PAGE}sell/", sent)  # a second tap

    voucher = Voucher.objects.get()
    assert "€50.00 left" in page
    assert grouped(voucher.code) in page
    paper = text_of(cashier.get(f"{PAGE}{voucher.pk}/paper/"))
    assert grouped(voucher.code) in paper
    assert "<svg" in paper


def test_the_code_is_for_the_seller_just_after_the_sale_and_for_managers(house):
    cashier = house.browser("cashier")
    cashier.post(f"{PAGE}sell/", {"value": "50", "method": "terminal"})
    voucher = Voucher.objects.get()
    path, code = f"{PAGE}{voucher.pk}/", grouped(voucher.code)
    assert code in text_of(cashier.get(path))
    assert code not in text_of(house.browser("waiter").get(path))
    assert house.browser("waiter").get(f"{path}paper/").status_code == 302
    Voucher.objects.update(sold_at=voucher.sold_at - timedelta(minutes=16))
    assert code not in text_of(cashier.get(path))
    assert code in text_of(house.browser("manager").get(path))


def test_the_list_is_for_people_who_read_reports(house):
    voucher = sold(house)
    manager = text_of(house.browser("manager").get(PAGE))
    assert f"…{voucher.tail}" in manager
    assert "The house owes €50.00" in manager
    waiter = text_of(house.browser("waiter").get(PAGE))
    assert f"…{voucher.tail}" not in waiter
    assert house.browser("host").get(PAGE).status_code == 403


def test_a_code_leads_to_its_voucher_and_a_wrong_one_says_so(house):
    voucher, waiter = sold(house), house.browser("waiter")
    answer = waiter.post(f"{PAGE}look-up/", {"code": grouped(voucher.code).lower()})
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}{voucher.pk}/"), "no address has a code"
    with nothing_changes():
        assert "no voucher with this code" in text_of(waiter.post(f"{PAGE}look-up/", {"code": "x"}), 404)


def test_refusals_stand_on_the_page(house):
    voucher, manager = sold(house), house.browser("manager")
    with nothing_changes():
        assert "is not a day" in text_of(manager.post(f"{PAGE}sell/", {"value": "5", "expires_on": "soon"}), 422)
        assert "above zero" in text_of(manager.post(f"{PAGE}sell/", {"value": "0", "method": "cash"}), 422)
        assert "in cash or by the card" in text_of(manager.post(f"{PAGE}sell/", {"value": "5", "method": "dummy"}), 422)
        assert "Give a reason" in text_of(manager.post(f"{PAGE}{voucher.pk}/void/", {"reason": " "}), 422)
        assert house.browser("cashier").post(f"{PAGE}{voucher.pk}/void/", {"reason": "x"}).status_code == 403


def test_a_manager_cancels_it_and_pays_it_back(house):
    voucher, manager = sold(house), house.browser("manager")
    page = text_of(manager.post(f"{PAGE}{voucher.pk}/void/", {"reason": "Wrong value", "pay_back": "on"}, follow=True))
    assert "The voucher is cancelled." in page
    assert "Cancelled and paid back" in page
    assert "Wrong value" in page


def test_a_bill_is_paid_with_a_voucher(house):
    bill, voucher, waiter = Bill(house, seats=(1, 2)), sold(house, "15.00"), house.browser("waiter")
    path = f"/floor/bills/{bill.party}/"
    assert "Code of the voucher" in text_of(waiter.get(path))
    with nothing_changes():
        page = text_of(waiter.post(f"{path}pay/", {"voucher": "1", "code": voucher.code, "amount": "16"}), 422)
        assert "There is only €15.00 on this voucher." in page
    page = text_of(waiter.post(f"{path}pay/", {"voucher": "1", "code": grouped(voucher.code)}, follow=True))
    assert "€15.00 paid with a voucher. Left on it: €0.00" in page
    assert bill.due() == "5.00"
    assert "Undo" in page


def test_yen_have_no_decimals(house):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(currency="JPY")
    manager = house.browser("manager")
    assert "¥5,000 left" in text_of(manager.post(f"{PAGE}sell/", {"value": "5000", "method": "cash"}, follow=True))
