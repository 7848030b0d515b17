"""The service charge over HTTP: by rule, on every document, taken off with a reason, and the refusals."""

from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import forget
from orders.billing.models import ServiceRule
from orders.billing.tests.bills import Bill, approval
from orders.billing.tests.charging import charge_service
from orders.documents.models import Document
from orders.till.tests.days import amounts, close, evening, set_tax_mode
from tables.models import Party

pytestmark = pytest.mark.django_db
NAMES = ("total", "tax", "service", "net_service", "due")
OWN_TAX = [{"name": "Service tax", "percent": "20"}]


def read(bill):
    body = bill.read()
    return tuple(body[name] for name in NAMES)


# --- the rule --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mode", "taxes", "expected"),
    [
        ("inclusive", None, ("44.00", "4.00", "4.00", "3.64", "44.00")),
        ("added", None, ("48.40", "4.40", "4.40", "4.00", "48.40")),
        ("inclusive", OWN_TAX, ("44.00", "4.31", "4.00", "3.33", "44.00")),  # 3.64 in 40.00, and 0.67 in 4.00
        ("added", OWN_TAX, ("48.80", "4.80", "4.80", "4.00", "48.80")),
        ("added", [], ("48.00", "4.00", "4.00", "4.00", "48.00")),
    ],
)
def test_a_service_charge_by_hand(house, mode, taxes, expected):
    """Four dishes at 10.00 with a tax of 10 %, and 10 % for service."""
    Restaurant.objects.update(tax_mode=mode)
    forget()
    charge_service(house, taxes=taxes)
    bill = Bill(house, seats=(1, 1, 2, None))
    assert read(bill) == expected
    assert bill.read()["service_name"] == "Service 10 %"
    pad = house.api().get("/api/v1/pad/orders").json()
    assert (pad["total"], pad["service"], pad["service_name"]) == (expected[0], expected[2], "Service 10 %")
    sheet = house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode()
    assert f"€{expected[0]}" in sheet
    assert f"Service 10 %: €{expected[2]}" in sheet


@pytest.mark.parametrize(("size", "service"), [(None, "0.00"), (5, "0.00"), (6, "4.00")])
def test_large_parties_alone_pay_it_where_the_rule_says_so(house, size, service):
    charge_service(house, from_size=6)
    bill = Bill(house, seats=(1, 1, 2, None))
    Party.objects.filter(pk=bill.party).update(size=size)
    assert bill.read()["service"] == service


def test_take_away_pays_none(house):
    charge_service(house)
    order = house.place("waiter", kind="take_away", table=None)
    assert house.api("waiter").get(f"/api/v1/bills/{order['party']}").json()["service"] == "0.00"


def test_a_new_rule_changes_no_bill_that_was_begun(house):
    charge_service(house)
    bill = Bill(house, seats=(1, 1))
    ServiceRule.objects.create(restaurant=house.restaurant, percent=0, since=timezone.now(), name="-", made_by="Max")
    house.place("waiter", quantity=1)
    later = Bill(house, seats=(1,), table=house.add_table())
    assert (bill.read()["service"], later.read()["service"]) == ("3.00", "0.00")


def test_it_is_computed_after_comps_and_discounts(house):
    charge_service(house, "12.5")
    bill = Bill(house, seats=(1, 1, 2, None))
    bill.post("/adjustments", {"kind": "comp", "line": bill.lines[0], "reason": "burnt"})
    bill.post("/adjustments", {"kind": "discount", "percent": "10", "reason": "regulars"})
    assert read(bill) == ("30.38", "2.76", "3.38", "3.08", "30.38")


# --- taken off -------------------------------------------------------------------------------------------------------
def test_it_is_taken_off_with_a_reason_and_charged_again(house):
    charge_service(house)
    bill = Bill(house, seats=(1, 1, 2, None))
    answer = bill.post("/adjustments", {"kind": "service", "reason": "slow kitchen"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    (row,) = body["adjustments"]
    assert (body["total"], body["service"], body["service_name"]) == ("40.00", "0.00", "")
    assert (row["kind"], row["amount"], row["line"], row["reason"]) == ("service", "4.00", None, "slow kitchen")
    house.place("waiter", quantity=3)
    assert bill.due() == "70.00", "it stays off when more is ordered"
    assert bill.api.delete(f"/api/v1/adjustments/{row['id']}").json()["total"] == "77.00"


def test_above_the_limit_a_manager_takes_it_off(house):
    charge_service(house, "50")
    bill = Bill(house, seats=(1, 1, 1, 1, 1))
    body = {"kind": "service", "reason": "complaint"}
    with nothing_changes():
        refused(bill.post("/adjustments", body), 422, "approval_required")
        refused(bill.post("/adjustments", {**body, "reason": " "}), 422, "validation_error")
        refused(bill.post("/adjustments", {**body, "line": bill.lines[0]}), 422, "validation_error")
    assert bill.post("/adjustments", {**body, "approval": approval(house)}).status_code == 201
    assert bill.read()["service"] == "0.00"


def test_without_a_limit_of_a_manager_it_comes_back_above_the_limit(house):
    charge_service(house, "50")
    bill = Bill(house, seats=(1, 1, 1, 1))
    bill.post("/adjustments", {"kind": "service", "reason": "complaint"})
    house.place("waiter", quantity=2)
    assert bill.read()["service"] == "10.00", "30.00 less the 20.00 that a waiter may take off"


def test_what_is_not_charged_or_paid_already_is_not_taken_off(house):
    bill = Bill(house, seats=(1,))
    refused(bill.post("/adjustments", {"kind": "service", "reason": "x"}), 422, "nothing_to_adjust")
    charge_service(house)
    bill.pay()
    with nothing_changes():
        refused(bill.post("/adjustments", {"kind": "service", "reason": "x"}), 409, "already_paid")


def test_the_page_of_the_bill_shows_it_and_takes_it_off(house):
    charge_service(house, "50")
    bill = Bill(house, seats=(1, 1, 1, 1, 1))
    address = reverse("billing:bill", args=[bill.party])
    browser = house.browser("waiter")
    shown = browser.get(address).content.decode()
    assert "Service 50 %" in shown
    assert "€25.00" in shown
    assert "Service 50 %" in browser.get(f"{address}check/").content.decode()
    answer = browser.post(f"{address}adjust/", {"kind": "service", "reason": "slow"})
    assert answer.status_code == 422
    assert "A manager must approve" in answer.content.decode()
    browser = house.browser("manager")
    assert browser.post(f"{address}adjust/", {"kind": "service", "reason": "slow"}).status_code == 302
    assert "Service charge taken off" in browser.get(address).content.decode()
    assert bill.due() == "50.00"


# --- shares, documents, refunds --------------------------------------------------------------------------------------
def sums_of_documents():
    """Return the sums of all documents: dishes, service charge, tax."""
    dishes, service, tax = Decimal(0), Decimal(0), Decimal(0)
    for document in Document.objects.exclude(kind="invoice"):
        for row in document.content["lines"]:
            if row["line"] < 0:
                service += Decimal(row["amount"])
            else:
                dishes += Decimal(row["amount"])
            tax += sum(Decimal(each["amount"]) for each in row["taxes"])
    return dishes, service, tax


@pytest.mark.parametrize("mode", ["inclusive", "added"])
@pytest.mark.parametrize("taxes", [None, OWN_TAX])
@pytest.mark.parametrize("by", ["equal", "seat", "items", "amount"])
def test_shares_carry_it_and_documents_have_it_to_the_cent(house, mode, taxes, by):
    Restaurant.objects.update(tax_mode=mode)
    forget()
    charge_service(house, "12.5", taxes=taxes)
    bill = Bill(house, seats=(1, 1, 2, 3, None))
    how = {
        "equal": {"ways": 3},
        "amount": {"amounts": ["7.77"]},
        "items": {"shares": [{"label": "Ana", "lines": [{"line": bill.lines[0], "part": "1/3"}]}]},
    }
    body = bill.post("/split", {"by": by, **how.get(by, {})}).json()
    assert sum(Decimal(share["total"]) for share in body["shares"]) == Decimal(body["total"])
    for share in body["shares"]:
        bill.pay(method="card", share=share["id"])
    body = bill.read()
    assert (body["due"], body["state"]) == ("0.00", "settled")
    dishes, service, tax = sums_of_documents()
    assert (service, tax) == (Decimal(body["service"]), Decimal(body["tax"]))
    assert dishes + service == Decimal(body["total"])


def test_a_guest_pays_the_service_of_the_own_dishes(house):
    """Two dishes for 10.00 and 9.99; each guest pays one by phone: nothing is left to pay."""
    dear = house.add_item(price="9.99")
    charge_service(house, "12.5")
    lines = [{"item": house.item.pk, "quantity": 1}, {"item": dear.pk, "quantity": 1}]
    party = house.place("waiter", lines=lines)["party"]
    bill = house.api("waiter").get(f"/api/v1/bills/{party}").json()
    assert (bill["total"], bill["service"]) == ("22.49", "2.50")
    page, guest = urlsplit(bill["link"]).path, Client()
    first, second = (line["id"] for line in bill["lines"])
    assert "€2.50" in guest.get(page).content.decode()
    tip = guest.get(f"{page}tip/?for=dishes&line={first}").content.decode()
    assert "Service 12.5 % is in your part already: €1.25" in tip
    assert "In percent of €9.09, your part without tax and service charge." in tip
    for line, amount in ((first, "11.25"), (second, "11.24")):
        sent = {"for": "dishes", "line": line, "expected": amount, "tip": "0", "key": f"k{line}"}
        assert guest.post(f"{page}pay/", sent).status_code == 302
    receipts = [document.content["lines"] for document in Document.objects.order_by("pk")]
    assert [[row["amount"] for row in rows] for rows in receipts] == [["10.00", "1.25"], ["9.99", "1.25"]]
    assert house.api("waiter").get(f"/api/v1/bills/{party}").json()["due"] == "0.00"


def test_a_refund_repeats_the_tax_of_the_service_charge(house):
    charge_service(house, taxes=OWN_TAX)
    bill = Bill(house, seats=(1, 1, 2))
    payment = bill.pay(method="card")
    path = f"/api/v1/payments/{payment['id']}/refunds"
    for line in bill.lines:
        body = {"amount": "11.00", "reason": "cold", "lines": [line]}
        assert bill.api.post(path, body).status_code == 201
    assert sums_of_documents() == (0, 0, 0)
    assert bill.read()["refunded"] == "33.00"


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
