"""A kitchen on paper: a printed ticket is received, as one on a screen is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.models import Event
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Ticket
from kitchen.printing import compiled, network
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services import serve_printer, take_slip
from kitchen.printing.tests.printers import FakePrinter, printer_at
from kitchen.services import raise_unseen_ticket_alarms
from kitchen.tests.test_unseen_ticket import fire, order_of
from menu import compiled as menus
from menu.steps import touch_menu
from orders.models import Order
from orders.services import raise_unseen_alarms
from orders.tests.test_unseen_alarm import alarms

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def paper():
    with FakePrinter() as printer:
        yield printer


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(network, "SECONDS", 0.5)
    monkeypatch.setattr(network.print_bytes, "__kwdefaults__", {"seconds": 0.5})


def in_a_minute():
    return timezone.now() + timedelta(seconds=60)


def test_what_the_printer_says_it_has_printed_the_kitchen_has_received(house, paper):
    printer = printer_at(house, paper.port, name="Grill")
    order = house.place()
    assert house.status(order) == "placed"
    assert serve_printer(printer_id=printer.pk) == 1
    ticket = Ticket.objects.get()
    assert (ticket.seen_at is not None, ticket.seen_on) == (True, "printer Grill")
    row = Order.objects.get()
    assert (row.status, row.seen_on) == ("confirmed", "printer Grill")
    assert Event.objects.get(action="confirmed").actor == "system:0"
    assert raise_unseen_alarms(now=in_a_minute()) == 0
    assert alarms(house) == []


def test_a_course_that_is_fired_later_is_seen_on_paper_too(house, paper):
    printer = printer_at(house, paper.port)
    order = order_of(house, 1, 2)
    serve_printer(printer_id=printer.pk)
    fire(house, order)
    assert raise_unseen_ticket_alarms(now=in_a_minute()) == 1
    serve_printer(printer_id=printer.pk)
    assert Event.objects.latest("seq").action == "seen"
    assert not Ticket.objects.unseen(timezone.now()).exists()


@pytest.mark.parametrize("mood", ["mute", "open", "empty", "breaks"])
def test_what_did_not_come_out_nobody_has_received(house, paper, mood):
    paper.mood = mood
    printer = printer_at(house, paper.port)
    order = house.place()
    serve_printer(printer_id=printer.pk)
    assert (house.status(order), Ticket.objects.get().seen_at) == ("placed", None)
    assert raise_unseen_alarms(now=in_a_minute()) == 1


def test_a_printer_that_says_nothing_is_no_witness(house, paper):
    """The slip counts as printed, but there may have been no paper."""
    paper.mood = "dumb"
    printer = printer_at(house, paper.port, answers=False)
    order = house.place()
    assert serve_printer(printer_id=printer.pk) == 1
    assert PrintJob.objects.get().status == "printed"
    assert (house.status(order), Ticket.objects.get().seen_at) == ("placed", None)


@pytest.mark.parametrize("by_hand", [True, False])
def test_of_a_browsers_slip_a_person_knows_and_a_script_does_not(house, by_hand):
    printer = printer_at(house, 9100, kind=Printer.Kind.BROWSER, name="Bar")
    order = house.place()
    browser = house.browser("kitchen")
    taken = take_slip(printer_id=printer.pk, actor=house.actor("kitchen"))
    headers = {} if by_hand else {"HX-Request": "true"}
    path = f"/kitchen/slips/{taken.pk}/printed/"
    assert browser.post(path, {"attempt": taken.attempts}, headers=headers).status_code == (302 if by_hand else 204)
    assert PrintJob.objects.get().status == "printed"
    assert house.status(order) == ("confirmed" if by_hand else "placed")
    assert Ticket.objects.get().seen_on == ("printer Bar" if by_hand else "")


@pytest.mark.parametrize("lost", [True, False], ids=["", "control"])
def test_a_difference_to_a_slip_that_was_lost_is_not_all_of_it(house, paper, lost):
    printer = printer_at(house, paper.port)
    order = house.place("waiter", quantity=2)
    line = {"id": order["lines"][0]["id"], "item": house.item.pk, "quantity": 3}
    house.done(house.api("waiter").put(f"/api/v1/orders/{order['id']}", {"lines": [line]}))
    first, change = PrintJob.objects.order_by("pk")
    if lost:
        PrintJob.objects.filter(pk=first.pk).update(status="failed", ended_at=timezone.now())
    assert serve_printer(printer_id=printer.pk) == (1 if lost else 2)
    change.refresh_from_db()
    assert change.status == "printed"
    assert house.status(order) == ("placed" if lost else "confirmed")


def test_a_void_slip_and_a_withdrawn_order_confirm_nothing(house, paper):
    printer = printer_at(house, paper.port)
    order = house.place()
    house.done(house.api().delete(f"/api/v1/orders/{order['id']}"))
    serve_printer(printer_id=printer.pk)
    assert Order.objects.get().status == "cancelled"
    assert not Event.objects.filter(action="confirmed").exists()


def test_who_has_seen_it_first_stays(house, paper):
    """A screen was quicker than the printer, so the order names the screen."""
    printer = printer_at(house, paper.port)
    house.place()
    Ticket.objects.update(seen_at=timezone.now(), seen_on="Wall")
    serve_printer(printer_id=printer.pk)
    assert Ticket.objects.get().seen_on == "Wall"
    assert Order.objects.get().status == "placed"


def test_paper_of_ours_confirms_nothing_of_theirs(house, other_house, paper):
    printer = printer_at(house, paper.port)
    theirs = other_house.place()
    house.place()
    serve_printer(printer_id=printer.pk)
    assert other_house.status(theirs) == "placed"


def test_a_process_that_took_no_order_since_the_first_printer_came_prints_the_void(house, paper):
    """The process took an order before the first printer; another one printed the next; the void is printed here."""
    house.place()
    memories = compiled._printers, menus._menus
    remembered = [dict(memory._kept) for memory in memories]
    printer = printer_at(house, paper.port)
    with_new_version(house)
    order = house.place()  # the other process
    serve_printer(printer_id=printer.pk)
    for memory, kept in zip(memories, remembered, strict=True):
        memory.forget()
        memory._kept.update(kept)
    house.done(house.api("manager").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "Left"}))
    assert list(PrintJob.objects.order_by("pk").values_list("kind", "status")) == [
        ("new", "printed"),
        ("void", "queued"),
    ]


def with_new_version(house):
    """Raise the menu's version, as every change of a printer does."""
    with UnitOfWork(house.actor("owner")) as work:
        touch_menu(work, "a printer")
