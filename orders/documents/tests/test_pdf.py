"""Receipts as PDF: offered with the package alone, made of the print, and refused without it."""

import sys
from types import SimpleNamespace

import pytest

from orders.billing.tests.bills import Bill
from orders.documents import pdf
from orders.documents.models import Document

pytestmark = pytest.mark.database_agnostic


@pytest.fixture
def receipt(house):
    Bill(house, seats=(1, 2)).pay(method="card", slip="004711")
    return Document.objects.get()


@pytest.fixture
def printed(monkeypatch):
    """A package in the place of weasyprint; returns the pages that it got."""
    pages = []

    class HTML:
        def __init__(self, string, url_fetcher):
            self.string, self.fetch = string, url_fetcher

        def write_pdf(self, stylesheets):
            pages.append(self)
            return b"%PDF-1.7 " + self.string.encode() + stylesheets[0].string.encode()

    def sheet(string, url_fetcher):
        return SimpleNamespace(string=string, fetch=url_fetcher)

    monkeypatch.setitem(sys.modules, "weasyprint", SimpleNamespace(HTML=HTML, CSS=sheet))
    monkeypatch.setattr(pdf, "find_spec", lambda name: name)
    return pages


@pytest.fixture
def missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # an import fails
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)


def addresses(receipt):
    return [(f"/floor/documents/{receipt.pk}/", "pdf/"), (f"/receipt/{receipt.token}/", "pdf/")]


def test_staff_and_guests_get_the_print_as_a_pdf(house, receipt, printed):
    for page, end in addresses(receipt):
        browser = house.browser("cashier")
        assert page + end in browser.get(page).content.decode()
        answer = browser.get(page + end)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer["Content-Disposition"] == f'inline; filename="{receipt.code}.pdf"'
        assert all(words.encode() in answer.content for words in (receipt.code, "€20.00", "004711", ".check__total"))


def test_nothing_outside_of_the_document_is_read(house, receipt, printed):
    house.browser("cashier").get(f"/floor/documents/{receipt.pk}/pdf/")
    for url in ("file:///etc/passwd", "http://127.0.0.1/"):
        with pytest.raises(ValueError, match="no parts to fetch"):
            printed[0].fetch(url)


def test_without_the_package_nothing_is_offered_and_the_answer_says_why(house, receipt, missing):
    for page, end in addresses(receipt):
        browser = house.browser("cashier")
        assert page + end not in browser.get(page).content.decode()
        answer = browser.get(page + end)
        assert answer.status_code == 404
        assert "pip install -r requirements-pdf.txt" in answer.content.decode()


def test_a_strange_link_has_no_pdf(client, receipt, printed):
    assert client.get("/receipt/nothing/pdf/").status_code == 404
    assert printed == []
