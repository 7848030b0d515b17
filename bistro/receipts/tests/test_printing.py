"""Receipts, bills and reports on a ticket printer: what they say, who may print, and what a failing printer does."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes
from bistro.receipts import services
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services import dismiss_failed, retry_failed, serve_printer
from kitchen.printing.services.slips import TRIES
from kitchen.printing.tests.printers import images_in, printer_at, readable, statuses
from menu.compiled import forget as forget_menus
from orders.billing.tests.bills import Bill
from orders.billing.tests.vouchers import sold
from orders.billing.vouchers.codes import grouped
from orders.documents.models import Copy, Document
from orders.till.models import Closing

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def receipt(house):
    """The receipt of 20.00, paid by card with the slip 004711."""
    Bill(house, seats=(1, 2)).pay(method="card", slip="004711", tip="2.00")
    return Document.objects.get()


def name_dish(house, name):
    house.item.name = name
    house.item.save()
    forget_menus()


def test_a_receipt_comes_out_of_the_counter_printer_and_the_second_one_is_a_copy(house, counter, paper, receipt):
    Restaurant.objects.update(address="Marktplatz 1\n10115 Berlin", tax_number="DE 123", footer_text="Danke!")
    cashier = house.browser("cashier")
    assert "Print on Counter" in cashier.get(f"/floor/documents/{receipt.pk}/").content.decode()
    answer = cashier.post(f"/floor/documents/{receipt.pk}/paper/", follow=True)
    assert "Sent to the receipt printer." in answer.content.decode()
    cashier.post(f"/floor/documents/{receipt.pk}/paper/")
    assert serve_printer(printer_id=counter.pk) == 2
    first, second = paper.text(0), paper.text(1)
    said = ("R1-000001", house.table.name, f"1 x {house.item.name}", "Total", "€20.00", "004711", "€2.00", "€1.82")
    assert [words for words in said if words not in first] == []
    assert ("Copy" in first, "Copy 2" in second) == (False, True)
    assert max(map(len, first.splitlines())) <= 42
    assert Copy.objects.count() == 2
    assert paper.pulses == [], "a card needs no drawer"


def test_the_page_of_the_browser_counts_the_same_copies(house, counter, paper, receipt):
    house.browser("cashier").post(f"/floor/documents/{receipt.pk}/print/")
    services.print_receipt(document_id=receipt.pk, actor=house.actor("cashier"))
    serve_printer(printer_id=counter.pk)
    assert "Copy 2" in paper.text()


def test_the_bill_for_the_guests_says_that_it_is_no_receipt(house, counter, paper):
    bill = Bill(house, seats=(1, 2))
    house.browser("waiter").post(f"/floor/bills/{bill.party}/paper/")
    serve_printer(printer_id=counter.pk)
    text = paper.text()
    assert [
        words
        for words in ("This is no receipt.", house.item.name, "€20.00", "Pay with your phone")
        if words not in text
    ] == []
    assert len(images_in(paper.slips[0])[0]) == 1, "the code of the page where guests pay"
    assert bill.read()["state"] == "presented"


def test_long_names_wrap_and_other_scripts_are_drawn(house, counter, paper):
    name_dish(house, "Schweinshaxenbraten mit Kartoffelknödeln und Krautsalat nach Art des Hauses")
    services.print_check(party_id=Bill(house).party, actor=house.actor("waiter"))
    name_dish(house, "كباب 3")
    services.print_check(party_id=Bill(house, table=house.add_table()).party, actor=house.actor("waiter"))
    serve_printer(printer_id=counter.pk)
    rows = paper.text(0).splitlines()
    assert max(map(len, rows)) <= 42
    assert any(row.endswith("€10.00") and "Hauses" in row for row in rows)
    assert len(images_in(paper.slips[1])[0]) == 2, "the name, and the code"
    assert "€10.00" in readable(paper.slips[1])


def test_x_and_z_are_printed(house, counter, paper):
    Bill(house, seats=(1, 2)).pay(method="card")
    manager = house.browser("manager")
    assert "Print on Counter" in manager.get("/till/x/").content.decode()
    assert manager.post("/till/x/paper/").status_code == 302
    manager.post("/till/close-day/", {"key": "k"})
    assert manager.post(f"/till/closings/{Closing.objects.get().pk}/paper/").status_code == 302
    serve_printer(printer_id=counter.pk)
    for text in (paper.text(0), paper.text(1)):
        assert [words for words in ("= Money", "€20.00", "Card terminal") if words not in text] == []
    assert "X report" in paper.text(0)
    assert "All sales ever closed: 20.00" in paper.text(1)


def test_a_printer_of_receipts_prints_no_tickets_unless_it_has_a_station(house, counter, paper):
    house.place()
    assert statuses() == []
    Printer.objects.update(station=house.station)
    forget_menus()
    house.place("waiter", table=house.add_table().pk)
    assert statuses() == [("new", "queued")]


def test_without_a_receipt_printer_there_is_no_button_and_a_refusal(house, receipt):
    page = house.browser("cashier").get(f"/floor/documents/{receipt.pk}/").content.decode()
    assert "/paper/" not in page
    for act in (
        lambda: services.print_receipt(document_id=receipt.pk, actor=house.actor("cashier")),
        lambda: services.print_check(party_id=receipt.bill.party_id, actor=house.actor("cashier")),
        lambda: services.print_x_report(actor=house.actor("manager")),
    ):
        with nothing_changes(), pytest.raises(InvalidInput) as refused:
            act()
        assert refused.value.code == "no_printer"
    assert Copy.objects.count() == 0


def test_only_those_who_take_payments_print(house, other_house, counter, receipt):
    for role in ("host", "kitchen", "pad"):
        with nothing_changes(), pytest.raises(NotPermitted):
            services.print_receipt(document_id=receipt.pk, actor=house.actor(role))
    with nothing_changes(), pytest.raises(NotPermitted):
        services.print_x_report(actor=house.actor("waiter"))
    printer_at(other_house, 9100, name="Theirs", station=None, receipts=True)
    with nothing_changes(), pytest.raises(NotYours):
        services.print_receipt(document_id=receipt.pk, actor=other_house.actor("cashier"))
    assert PrintJob.objects.count() == 0


def test_a_failed_receipt_is_told_named_and_printed_later(house, counter, paper, receipt):
    paper.mood = "empty"
    services.print_receipt(document_id=receipt.pk, actor=house.actor("cashier"))
    for _ in range(TRIES):
        Printer.objects.update(retry_at=None)
        serve_printer(printer_id=counter.pk)
    assert statuses() == [("sheet", "failed")]
    assert "Counter (receipts): No paper. 1 slip not printed: Receipt R1-000001." in (
        house.browser("waiter").get("/floor/").content.decode()
    )
    cashier = house.browser("cashier")
    page = cashier.get("/floor/documents/").content.decode()
    assert "Not printed: Receipt R1-000001." in page
    assert "Print now" in page
    paper.mood = "well"
    assert cashier.post(f"/till/printers/{counter.pk}/retry/", {"next": "/till/"}).url == "/till/"
    assert serve_printer(printer_id=counter.pk) == 1
    assert "R1-000001" in paper.text()
    assert "Not printed" not in cashier.get("/floor/documents/").content.decode()


def test_receipts_do_not_wait_for_a_ticket_that_a_screen_may_still_show(house, counter, paper, receipt):
    Printer.objects.update(station=house.station, prints="fallback")
    forget_menus()
    house.place()
    PrintJob.objects.update(due_at=timezone.now() + timedelta(seconds=20))
    services.print_receipt(document_id=receipt.pk, actor=house.actor("cashier"))
    assert serve_printer(printer_id=counter.pk) == 1
    assert "R1-000001" in paper.text()


def test_a_waiter_deals_with_receipt_printers_only(house, counter, paper):
    grill = printer_at(house, paper.port, name="Grill")
    waiter = house.actor("waiter")
    for act in (retry_failed, dismiss_failed):
        assert act(printer_id=counter.pk, actor=waiter) == 0
        with nothing_changes(), pytest.raises(NotPermitted):
            act(printer_id=grill.pk, actor=waiter)
        with nothing_changes(), pytest.raises(NotPermitted):
            act(printer_id=counter.pk, actor=house.actor("host"))


@pytest.mark.parametrize(("act", "after"), [(retry_failed, "queued"), (dismiss_failed, "skipped")])
def test_a_waiter_leaves_lost_tickets_to_the_cooks(house, counter, receipt, act, after):
    Printer.objects.update(station=house.station)
    forget_menus()
    house.place("waiter", table=house.add_table().pk)
    services.print_receipt(document_id=receipt.pk, actor=house.actor("waiter"))
    PrintJob.objects.update(status="failed", ended_at=timezone.now())
    Printer.objects.update(trouble="No paper", trouble_at=timezone.now())
    assert act(printer_id=counter.pk, actor=house.actor("waiter")) == 1
    assert statuses() == [("new", "failed"), ("sheet", after)]
    assert Printer.objects.get().trouble == "No paper"
    PrintJob.objects.filter(kind="sheet").update(status="skipped")
    assert "Print now" not in house.browser("waiter").get("/floor/documents/").content.decode()
    PrintJob.objects.filter(kind="sheet").update(status=after)
    assert act(printer_id=counter.pk, actor=house.actor("kitchen")) == 1
    assert statuses() == [("new", after), ("sheet", after)]
    assert Printer.objects.get().trouble_at is None


@pytest.mark.parametrize(("wrong", "field"), [
    ({"station": ""}, "station"), ({"kind": "browser", "receipts": "on"}, "receipts"), ({"drawer": "pin2"}, "drawer"),
])  # fmt: skip
def test_nonsense_is_refused_beside_its_field(house, wrong, field):
    body = {"name": "Counter", "kind": "network", "host": "192.168.1.50", "port": 9100, "prints": "always",
            "wait_seconds": 20, "columns": 42, "code_page": "cp858", "enabled": "on",
            "station": house.station.pk}  # fmt: skip
    page = house.browser("owner").post("/admin/printing/printer/add/", {**body, **wrong})
    assert field in page.context["adminform"].form.errors
    assert not Printer.objects.exists()


def test_a_voucher_comes_out_with_its_code_for_those_who_may_see_it(house, counter, paper):
    voucher = sold(house, "50.00", expires_on=date(2099, 12, 31))
    boss = house.browser("manager")
    assert "Print on Counter" in boss.get(f"/till/vouchers/{voucher.pk}/").content.decode()
    assert (
        "Sent to the receipt printer." in boss.post(f"/till/vouchers/{voucher.pk}/slip/", follow=True).content.decode()
    )
    serve_printer(printer_id=counter.pk)
    said = ("Voucher", "€50.00", grouped(voucher.code), "Last day:", "This is no receipt.")
    printed = " ".join(paper.text().split())
    assert [words for words in said if words not in printed] == []
    with nothing_changes(), pytest.raises(NotPermitted):
        services.print_voucher(voucher_id=voucher.pk, actor=house.actor("cashier"))
