"""The pages of documents: search, print, e-mail, invoice, and the link of the guests."""

from io import BytesIO

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from PIL import Image

from orders.billing.tests.bills import Bill
from orders.documents.models import Copy, Document

pytestmark = pytest.mark.database_agnostic

Message = apps.get_model("mail.Message")


@pytest.fixture
def receipt(house):
    """The receipt of 20.00, paid by card with the slip 004711."""
    Bill(house, seats=(1, 2)).pay(method="card", slip="004711", tip="2.00")
    return Document.objects.get()


@pytest.fixture
def cashier(house):
    return house.browser("cashier")


def path(document, end=""):
    return f"/floor/documents/{document.pk}/{end}"


def test_the_receipt_of_a_payment_is_one_tap_from_the_bill(cashier, receipt):
    bill = cashier.get(f"/floor/bills/{receipt.bill.party_id}/").content.decode()
    link = f"/floor/payments/{receipt.payment_id}/receipt/"
    assert link in bill
    answer = cashier.get(link, follow=True)
    shown = answer.content.decode()
    assert all(words in shown for words in ("R1-000001", "€20.00", "004711", "€2.00", "Food", "€1.82"))


def test_a_receipt_has_the_logo_of_the_house(house, cashier, client, receipt, tmp_path, settings):
    def pages():
        addresses = (path(receipt), f"/floor/bills/{receipt.bill.party_id}/check/")
        return [cashier.get(each).content.decode() for each in addresses] + [
            client.get(f"/receipt/{receipt.token}/").content.decode()
        ]

    assert not any("check__logo" in page for page in pages())
    settings.MEDIA_ROOT = tmp_path
    picture = BytesIO()
    Image.new("RGB", (40, 20), "green").save(picture, "PNG")
    house.restaurant.logo.save("leaf.png", ContentFile(picture.getvalue()))
    shown = f'<img class="check__logo" src="{house.restaurant.logo.url}" alt="">'
    assert [shown in page for page in pages()] == [True, True, True]
    assert client.get(house.restaurant.logo.url).status_code == 200


@pytest.mark.parametrize("words", ["R1-000001", "4711", "20.00", "20,00", "{table}"])
def test_an_old_receipt_is_found(cashier, house, receipt, words):
    words = words.format(table=house.table.name)
    assert "R1-000001" in cashier.get("/floor/documents/", {"q": words}).content.decode()
    nothing = cashier.get("/floor/documents/", {"q": f"{words} nowhere"}).content.decode()
    assert "documents__row" not in nothing


def test_the_list_of_a_day_has_only_that_day(cashier, receipt):
    assert "R1-000001" in cashier.get("/floor/documents/").content.decode()
    assert "R1-000001" not in cashier.get("/floor/documents/", {"day": "2020-01-01"}).content.decode()
    assert cashier.get("/floor/documents/", {"day": "2020-13-77"}).status_code == 200


def test_the_second_print_says_that_it_is_a_copy(cashier, receipt):
    first = cashier.post(path(receipt, "print/"), follow=True).content.decode()
    second = cashier.post(path(receipt, "print/"), follow=True).content.decode()
    assert "Copy 2" not in first
    assert "Copy 2" in second
    assert list(Copy.objects.values_list("number", flat=True)) == [1, 2]


def test_a_guest_gets_the_link_by_mail(cashier, receipt, client):
    answer = cashier.post(path(receipt, "mail/"), {"email": "ana@bistro.example"})
    assert answer.status_code == 302
    [message] = Message.objects.all()
    assert (message.to, message.kind) == ("ana@bistro.example", "receipt")
    link = f"/receipt/{receipt.token}/"
    assert link in message.body
    assert "R1-000001" in client.get(link).content.decode()


def test_a_bad_address_is_refused_and_nothing_is_counted(cashier, receipt):
    answer = cashier.post(path(receipt, "mail/"), {"email": "ana"})
    assert answer.status_code == 422
    assert (Copy.objects.count(), Message.objects.count()) == (0, 0)


def test_a_wrong_link_shows_nothing(client, receipt):
    answer = client.get("/receipt/not-a-token/")
    assert answer.status_code == 404
    assert "R1-000001" not in answer.content.decode()


def test_a_company_gets_one_invoice_that_is_no_second_sale(cashier, receipt):
    company = {"name": "Ana & Co", "address": "Main Street 1", "tax_number": "IE123"}
    shown = cashier.post(path(receipt, "invoice/"), company, follow=True).content.decode()
    assert all(words in shown for words in ("I1-000001", "Ana &amp; Co", "IE123", "R1-000001"))
    again = cashier.post(path(receipt, "invoice/"), company)
    assert again.status_code == 409
    assert Document.objects.filter(kind="invoice").count() == 1


def test_an_invoice_without_an_address_is_refused(cashier, receipt):
    answer = cashier.post(path(receipt, "invoice/"), {"name": "Ana & Co", "address": " "})
    assert answer.status_code == 422
    assert Document.objects.count() == 1


def test_programs_read_documents_in_the_order_of_the_chain(house, receipt):
    api = house.api("manager")
    api.post(f"/api/v1/payments/{receipt.payment_id}/refunds", {"amount": "5.00", "reason": "late"})
    listed = api.get("/api/v1/documents").json()["results"]
    assert [(row["number"], row["position"], row["total"]) for row in listed] == [
        ("R1-000001", 1, "20.00"),
        ("C1-000001", 2, "-5.00"),
    ]
    assert listed[1]["previous"] == listed[0]["hash"]
    assert api.get("/api/v1/documents?from=2").json()["count"] == 1
    assert api.get("/api/v1/documents?series=receipt").json()["count"] == 1
    assert api.get("/api/v1/documents?series=napkin").status_code == 422
    whole = api.get(f"/api/v1/documents/{receipt.pk}").json()
    assert whole["content"]["payments"][0]["slip"] == "004711"
    assert whole["link"].endswith(f"/receipt/{receipt.token}/")


def test_a_cook_sees_no_receipts(house, receipt):
    assert house.browser("kitchen").get("/floor/documents/").status_code == 403
