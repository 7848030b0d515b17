"""People's actions on slips: reprints, test prints, failed slips, and a browser that prints."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.kernel.errors import LostRace, NotPermitted, NotYours
from bistro.core.live import event_log
from bistro.core.models import Event
from bistro.core.services.devices import give_token
from bistro.core.tests.factories import DeviceFactory
from bistro.core.tests.http import nothing_changes
from kitchen.models import Ticket
from kitchen.printing import services
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services import printing as worker
from kitchen.printing.services import serve_printer
from kitchen.printing.tests.printers import printer_at
from kitchen.wall.live import KitchenView
from menu.compiled import forget as forget_menus

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PRINTERS, ADD = "/admin/printing/printer/", "/admin/printing/printer/add/"
HTMX = {"HX-Request": "true"}


def said(page):
    return page.content.decode()


@pytest.fixture
def cook(house):
    return house.browser("kitchen")


@pytest.fixture
def failed(house, printer):
    """Return a slip that was given up, with the printer's alert."""
    house.place()
    PrintJob.objects.update(status="failed", ended_at=timezone.now(), error="No paper.")
    Printer.objects.update(trouble_at=timezone.now(), trouble="No paper.", failures=4,
                           retry_at=timezone.now() + timedelta(seconds=30))  # fmt: skip
    return PrintJob.objects.get()


# --- reprints --------------------------------------------------------------------------------------------------------
def test_the_page_of_a_ticket_is_a_slip(house, cook):
    order = house.place(note="Birthday", lines=[{"item": house.item.pk, "quantity": 2, "note": "well done", "seat": 1}])
    page = cook.get(f"/kitchen/tickets/{Ticket.objects.get().pk}/print/")
    shown = " ".join(re.sub(r"<[^>]+>", "", said(page)).split())
    for word in (house.table.name, f"#{order['number']}", f"2 × {house.item.name}", "well done", "NOTE Birthday"):
        assert word in shown, word
    assert "css/slip.css" in said(page)
    assert "This page does not update" in said(page)
    assert not PrintJob.objects.exists()


def test_names_of_any_script_keep_apart_from_the_quantity(house, cook):
    """`2 × كباب 3` must not read `2 × 3`, so the name is a block with a direction of its own."""
    house.item.name = "كباب 3"
    house.item.save()
    forget_menus()
    house.place(quantity=2, note="بسرعة 5")
    page = said(cook.get(f"/kitchen/tickets/{Ticket.objects.get().pk}/print/"))
    assert '<span class="slip__name" dir="auto">كباب 3</span>' in page
    assert "NOTE <bdi>بسرعة 5</bdi>" in page


def test_a_ticket_is_printed_again_and_says_so(house, cook, printer, paper):
    house.place()
    serve_printer(printer_id=printer.pk)
    page = cook.post(f"/kitchen/tickets/{Ticket.objects.get().pk}/print/")
    assert "Sent to 1 printer." in said(page)
    serve_printer(printer_id=printer.pk)
    assert "REPRINT" in paper.text(1)
    assert house.item.name in paper.text(1)
    assert Event.objects.filter(type="printer_updated", action="asked").count() == 1


def test_without_a_printer_the_page_says_what_to_do(house, cook):
    house.place()
    page = cook.post(f"/kitchen/tickets/{Ticket.objects.get().pk}/print/")
    assert (page.status_code, "has no printer. Print this page instead" in said(page)) == (422, True)


def test_slips_of_another_restaurant_are_not_there(house, other_house, cook, paper):
    other_house.place()
    theirs = printer_at(other_house, paper.port, kind="browser")
    ticket = Ticket.objects.get()
    for path in (f"tickets/{ticket.pk}/print", f"printers/{theirs.pk}", f"printers/{theirs.pk}/retry",
                 f"printers/{theirs.pk}/dismiss", "slips/1/printed"):  # fmt: skip
        with nothing_changes():
            assert cook.post(f"/kitchen/{path}/").status_code == 404, path
    actor = house.actor("owner")
    for act in (
        lambda: services.print_again(ticket_id=ticket.pk, actor=actor),
        lambda: services.print_test(printer_id=theirs.pk, actor=actor),
        lambda: services.retry_failed(printer_id=theirs.pk, actor=actor),
        lambda: services.dismiss_failed(printer_id=theirs.pk, actor=actor),
        lambda: services.take_slip(printer_id=theirs.pk, actor=actor),
        lambda: services.slip_printed(job_id=1, attempt=1, actor=actor),
    ):
        with nothing_changes(), pytest.raises(NotYours):
            act()


def test_only_those_who_cook_ask_for_paper(house, printer):
    house.place()
    ticket = Ticket.objects.get()
    for role in ("waiter", "host", "cashier", "pad"):
        actor = house.actor(role)
        for act in (
            lambda actor=actor: services.print_again(ticket_id=ticket.pk, actor=actor),
            lambda actor=actor: services.retry_failed(printer_id=printer.pk, actor=actor),
            lambda actor=actor: services.dismiss_failed(printer_id=printer.pk, actor=actor),
            lambda actor=actor: services.take_slip(printer_id=printer.pk, actor=actor),
            lambda actor=actor: services.slip_printed(job_id=1, attempt=1, actor=actor),
            lambda actor=actor: services.print_test(printer_id=printer.pk, actor=actor),
        ):
            with nothing_changes(), pytest.raises(NotPermitted):
                act()
    with pytest.raises(NotPermitted):
        services.print_test(printer_id=printer.pk, actor=house.actor("kitchen"))
    assert PrintJob.objects.count() == 1


# --- failed slips ----------------------------------------------------------------------------------------------------
def test_the_board_says_which_slips_are_missing_and_why(house, cook, failed):
    page = said(cook.get("/kitchen/"))
    for word in ("PRINTER Grill printer", "No paper.", "1 slip not printed", f"#{failed.slip['number']}"):
        assert word in page, word


def test_the_floor_says_it_too(house, other_house, failed):
    page = said(house.browser("waiter").get("/floor/"))
    assert f"No paper. 1 slip not printed: #{failed.slip['number']}." in page
    assert "No paper" not in said(other_house.browser("waiter").get("/floor/"))


def test_an_alert_of_no_consequence_is_gone(house, cook, failed):
    Printer.objects.update(failures=0)
    Ticket.objects.update(status="done", done_at=timezone.now())
    assert "Grill printer" not in said(cook.get("/kitchen/"))


def test_printing_now_tries_at_once_and_ends_the_alert(house, cook, printer, failed, paper):
    answer = cook.post(f"/kitchen/printers/{printer.pk}/retry/", headers=HTMX)
    assert 'id="printers"' in said(answer)
    assert "Grill printer" not in said(answer)
    assert serve_printer(printer_id=printer.pk) == 1
    assert house.item.name in paper.text()
    assert Event.objects.filter(action="retried").count() == 1
    assert cook.post(f"/kitchen/printers/{printer.pk}/retry/").status_code == 302


def test_what_belongs_to_a_finished_ticket_is_not_printed_any_more(house, printer, failed):
    Ticket.objects.update(status="done", done_at=timezone.now())
    assert services.retry_failed(printer_id=printer.pk, actor=house.actor("kitchen")) == 0


def test_asking_for_many_costs_as_much_as_for_one(house, printer, failed):
    def cost():
        PrintJob.objects.update(status="failed", ended_at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            services.retry_failed(printer_id=printer.pk, actor=cook)
        return len(asked)

    cook = house.actor("kitchen")
    one = cost()
    for _ in range(3):
        house.place()
    assert cost() == one


def test_not_needed_is_not_printed(house, cook, printer, failed, paper):
    assert cook.post(f"/kitchen/printers/{printer.pk}/dismiss/").status_code == 302
    assert PrintJob.objects.get().status == "skipped"
    assert serve_printer(printer_id=printer.pk) == 0
    assert "Grill printer" not in said(cook.get("/kitchen/"))
    assert Event.objects.filter(action="dismissed").count() == 1


@pytest.mark.parametrize("act", ["retry", "dismiss"])
def test_a_refusal_stands_beside_the_strip(house, cook, printer, failed, act):
    path = f"/kitchen/printers/{printer.pk + 1}/{act}/"
    with nothing_changes():
        answer = cook.post(path, headers={"HX-Request": "true"})
        assert cook.post(path).status_code == 404
    assert answer.status_code == 404
    assert "<html" not in said(answer), "a part of the board, not a page"
    assert "PRINTER Grill printer" in said(answer)
    problem = said(answer).partition('<div id="board-problem" hx-swap-oob="true">')[2]
    assert "There is no such printer." in problem


def test_open_boards_hear_of_a_printer_without_a_reload(house, printer, failed):
    board = KitchenView(house.restaurant.pk, house.actor("kitchen"), None)
    event = Event(type="printer_updated", action="troubled", subject=f"printer:{printer.pk}")
    frames = list(board.changes([event], event_log.position(house.restaurant.pk)))
    assert len(frames) == 1
    text = str(frames[0])
    assert "1 slip not printed" in text
    assert "hx-swap-oob" in text


# --- a browser that prints -------------------------------------------------------------------------------------------
@pytest.fixture
def browser_printer(house):
    return Printer.objects.create(
        restaurant=house.restaurant, station=house.station, name="Laptop", kind="browser", host=""
    )


@pytest.fixture
def kiosk(house):
    """Return the browser beside the printer: a paired screen."""
    device = DeviceFactory(restaurant=house.restaurant, kind="kitchen")
    client = Client()
    client.cookies[DEVICE_COOKIE] = give_token(device_id=device.pk, actor=house.actor("owner"))
    return client


def path_of(printer):
    return f"/kitchen/printers/{printer.pk}/"


def test_it_takes_a_slip_prints_it_and_says_so(house, browser_printer, kiosk):
    page = kiosk.get(path_of(browser_printer))
    assert (page.status_code, "data-take" in said(page)) == (200, True)
    assert kiosk.post(path_of(browser_printer), headers=HTMX).status_code == 204
    house.place()
    slip = kiosk.post(path_of(browser_printer), headers=HTMX)
    assert house.item.name in said(slip)
    assert "SECOND COPY" not in said(slip)
    done, attempt = re.search(r'action="(/kitchen/slips/[^"]*)"', said(slip))[1], 1
    assert kiosk.post(done, {"attempt": attempt}, headers=HTMX).status_code == 204
    assert kiosk.post(done, {"attempt": attempt}).status_code == 302, "said twice"
    assert PrintJob.objects.get().status == "printed"


def test_without_script_it_is_two_buttons(house, browser_printer, kiosk):
    house.place()
    page = said(kiosk.post(path_of(browser_printer)))
    assert ">Printed<" in page
    assert house.item.name in page
    assert "Next slip" in page


def test_of_two_browsers_one_gets_a_slip_and_a_lost_one_is_marked(house, browser_printer, kiosk):
    house.place()
    actor = house.actor("kitchen")
    taken = services.take_slip(printer_id=browser_printer.pk, actor=actor)
    assert services.take_slip(printer_id=browser_printer.pk, actor=actor) is None
    PrintJob.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert "SECOND COPY?" in said(kiosk.post(path_of(browser_printer)))
    with nothing_changes(), pytest.raises(LostRace):
        services.slip_printed(job_id=taken.pk, attempt=1, actor=actor)
    assert kiosk.post(f"/kitchen/slips/{taken.pk}/printed/", {"attempt": "x"}).status_code == 409


def test_when_no_browser_is_open_cooks_are_told(house, browser_printer, cook):
    house.place()
    PrintJob.objects.update(created_at=timezone.now() - timedelta(seconds=70),
                            due_at=timezone.now() - timedelta(seconds=70))  # fmt: skip
    worker.print_due(now=timezone.now())
    assert "The print page is not open in any browser." in said(cook.get("/kitchen/"))


# --- the admin -------------------------------------------------------------------------------------------------------
NETWORK = {"name": "Grill", "kind": "network", "host": "192.168.1.50", "port": 9100, "prints": "always",
           "wait_seconds": 20, "columns": 42, "code_page": "cp858", "answers": "on", "enabled": "on"}  # fmt: skip


def test_a_manager_adds_a_printer_and_the_next_order_prints(house):
    house.place()
    owner = house.browser("owner")
    answer = owner.post(ADD, {**NETWORK, "station": house.station.pk})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    house.place()
    assert PrintJob.objects.get().printer == Printer.objects.get(host="192.168.1.50")
    assert Event.objects.filter(action="added", data__contains="Grill").exists()
    owner.post(f"{PRINTERS}{Printer.objects.get().pk}/change/", {**NETWORK, "station": house.station.pk, "enabled": ""})
    house.place()
    assert PrintJob.objects.count() == 1, "an order after it was switched off prints nothing"


@pytest.mark.parametrize(("wrong", "field"), [
    ({"host": ""}, "host"), ({"host": "http://x/"}, "host"), ({"port": 6379}, "port"), ({"wait_seconds": 1},
    "wait_seconds"), ({"columns": 5}, "columns")])  # fmt: skip
def test_nonsense_is_refused_beside_its_field(house, wrong, field):
    page = house.browser("owner").post(ADD, {**NETWORK, "station": house.station.pk, **wrong})
    assert field in page.context["adminform"].form.errors
    assert not Printer.objects.exists()


def test_stations_of_another_restaurant_are_not_offered(house, other_house):
    page = house.browser("owner").post(ADD, {**NETWORK, "station": other_house.station.pk})
    assert "station" in page.context["adminform"].form.errors


def test_a_test_slip_shows_everything(house, printer, paper):
    owner, path = house.browser("owner"), f"{PRINTERS}{printer.pk}/test/"
    assert owner.get(path).status_code == 200
    assert not PrintJob.objects.exists(), "looking uses no paper"
    assert owner.post(path).status_code == 302
    serve_printer(printer_id=printer.pk)
    for word in ("TEST", "Grill printer", "Crème brûlée", "ALLERGY NUTS", "Nobody ordered it"):
        assert word in paper.text(), word


def test_the_list_says_what_is_wrong(house, failed):
    page = said(house.browser("owner").get(PRINTERS))
    for word in ("No paper.", "1 failed"):
        assert word in page, word


def test_a_printer_can_be_removed_with_its_slips(house, printer):
    house.place()
    answer = house.browser("owner").post(f"{PRINTERS}{printer.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert not PrintJob.objects.exists()
    house.place()


def test_the_admin_of_another_restaurant_is_out_of_reach(other_house, printer):
    owner = other_house.browser("owner")
    assert owner.post(f"{PRINTERS}{printer.pk}/test/").status_code == 404
    assert not PrintJob.objects.exists()
