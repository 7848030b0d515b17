"""Documents of bills with a service charge: shares carry it, refunds give it back, to the cent."""

from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.test import Client

from bistro.core.models import Restaurant
from menu.compiled import forget
from menu.tests.factories import TaxFactory
from orders.billing.tests.bills import Bill
from orders.billing.tests.charging import charge_service
from orders.documents.models import Document

pytestmark = pytest.mark.django_db
OWN_TAX = [{"name": "Service tax", "percent": "20"}]


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


def test_a_refund_of_a_dish_gives_back_the_tax_of_its_own_service_charge(house):
    """Food with 10 % and a drink with 19 % tax for 10.00 each, and 10 % for service."""
    wine = house.add_item(tax=TaxFactory(restaurant=house.restaurant, name="Drinks", percent=19, is_default=False))
    charge_service(house)
    lines = [{"item": house.item.pk, "quantity": 1}, {"item": wine.pk, "quantity": 1}]
    order = house.place("waiter", lines=lines)
    manager = house.api("manager")
    paid = manager.post(f"/api/v1/bills/{order['party']}/payments", {"method": "card"}).json()
    body = {"amount": "11.00", "reason": "corked", "lines": [order["lines"][1]["id"]]}
    assert manager.post(f"/api/v1/payments/{paid['id']}/refunds", body).status_code == 201
    taxes = Document.objects.get(kind="credit").content["taxes"]
    assert [(tax["percent"], tax["amount"]) for tax in taxes] == [("19", "-1.76")]


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
