"""Slips: an order writes them in its own transaction, and a worker prints them. The printer is a port that records."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.models import Device
from bistro.core.tests.factories import DeviceFactory
from kitchen.models import Screen, Ticket
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services import printing as worker
from kitchen.printing.services import serve_printer
from kitchen.printing.tests.printers import FakePrinter, edit, later, printer_at, statuses
from kitchen.services import acknowledge_tickets, push_ticket
from kitchen.tests.factories import StationFactory
from menu.compiled import forget as forget_menus
from menu.tests.factories import ModifierFactory, ModifierGroupFactory, state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_timeouts"), pytest.mark.database_agnostic]


# --- the text of a slip ----------------------------------------------------------------------------------------------
def test_a_slip_says_all_that_a_cook_has_to_know(house, printer, paper):
    no_skin = ModifierFactory(group=ModifierGroupFactory(item=house.item), name="no skin")
    house.item.name = "Crème brûlée"
    house.item.save()
    state(house.item, ["peanuts"])
    forget_menus()
    order = house.place(
        lines=[{"item": house.item.pk, "quantity": 2, "modifiers": [no_skin.pk], "allergies": ["peanuts"],
                "note": "Zoë → hot", "seat": 3}],
        note="Birthday",
    )  # fmt: skip
    assert paper.slips == [], "a request prints nothing"
    assert serve_printer(printer_id=printer.pk) == 1
    text = paper.text()
    local = timezone.localtime(Ticket.objects.get().fired_at, house.restaurant.tz)
    facts = (house.station.name, house.table.name, f"#{order['number']}", f"{local:%H:%M}", "2 x Crème brûlée")
    said = ("no skin", "ALLERGY PEANUTS", "THE DISH CONTAINS IT", "> Zoë -> hot", "seat 3", "NOTE Birthday")
    assert [word for word in (*facts, *said) if word not in text] == []
    assert "NEW" not in text
    assert paper.slips[0].startswith(b"\x1b@\x1c.\x1bR\x00\x1bt\x13"), "reset, single bytes, American letters, PC858"
    assert paper.slips[0].endswith(b"\x1dVB\x00")
    assert statuses() == [("new", "printed")]
    assert serve_printer(printer_id=printer.pk) == 0
    assert len(paper.slips) == 1


def test_a_guest_cannot_command_the_printer(house, printer, paper):
    house.place(lines=[{"item": house.item.pk, "quantity": 1, "note": "cut\x1dVA now\x1b@"}])
    serve_printer(printer_id=printer.pk)
    assert paper.slips[0].count(b"\x1dV") == 1
    assert paper.slips[0].count(b"\x1b@") == 1


def test_rows_fit_the_paper(house, printer, paper):
    house.item.name = "Schweinshaxenbraten mit Kartoffelknödeln und Krautsalat nach Art des Hauses"
    house.item.save()
    forget_menus()
    house.place()
    serve_printer(printer_id=printer.pk)
    assert max(len(row) for row in paper.text().splitlines()) <= 42


def test_each_station_prints_its_own_lines(house, printer, paper):
    from kitchen.models import Route

    bar, beer = StationFactory(restaurant=house.restaurant, name="Bar"), house.add_item(name="Beer")
    Route.objects.create(restaurant=house.restaurant, station=bar, item=beer)
    forget_menus()
    house.place(lines=[{"item": item.pk, "quantity": 1} for item in (house.item, beer)])
    serve_printer(printer_id=printer.pk)
    assert "Beer" not in paper.text()
    assert PrintJob.objects.count() == 1, "the bar has no printer"


# --- changes are differences -----------------------------------------------------------------------------------------
def test_an_edit_prints_what_differs(house, printer, paper):
    soup = house.add_item(name="Soup")
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1}, {"item": soup.pk, "quantity": 1}])
    serve_printer(printer_id=printer.pk)
    first, second = order["lines"]
    edit(house, order, {"id": first["id"], "quantity": 3}, {"item": soup.pk, "quantity": 1, "id": second["id"]})
    edit(house, order, {"id": first["id"], "quantity": 3})
    serve_printer(printer_id=printer.pk)
    changed, void = paper.text(1), paper.text(2)
    assert "CHANGED" in changed
    assert f"+ 2 x {house.item.name}" in changed
    assert "VOID" not in changed
    assert "Soup" not in changed
    assert "VOID 1 x Soup" in void
    assert house.item.name not in void


def test_an_edit_that_changes_nothing_for_this_station_prints_nothing(house, printer):
    order = house.place()
    edit(house, order, {"id": order["lines"][0]["id"]})
    assert statuses() == [("new", "queued")]


def test_a_cancelled_order_prints_void(house, printer, paper):
    order = house.place()
    serve_printer(printer_id=printer.pk)
    house.api("manager").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "Left"})
    serve_printer(printer_id=printer.pk)
    assert "VOID\n" in paper.text(1)
    assert f"VOID 1 x {house.item.name}" in paper.text(1)


def test_what_was_cancelled_before_it_was_printed_wastes_no_paper(house, printer, paper):
    order = house.place()
    house.api("manager").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "Left"})
    assert serve_printer(printer_id=printer.pk) == 0
    assert (statuses(), paper.slips) == ([("new", "skipped"), ("void", "skipped")], [])


def test_what_was_changed_and_cancelled_before_it_was_printed_wastes_no_paper(house, printer, paper):
    order = house.place()
    edit(house, order, {"id": order["lines"][0]["id"], "quantity": 5})
    house.api("manager").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "Left"})
    assert serve_printer(printer_id=printer.pk) == 0
    assert (statuses(), paper.slips) == ([("new", "skipped"), ("changed", "skipped"), ("void", "skipped")], [])


def test_a_pushed_ticket_is_void_here_and_new_there(house, printer, paper):
    cold = StationFactory(restaurant=house.restaurant, name="Cold")
    with FakePrinter() as other:
        there = printer_at(house, other.port, station=cold)
        forget_menus()
        house.place()
        serve_printer(printer_id=printer.pk)
        push_ticket(ticket_id=Ticket.objects.get().pk, station_id=cold.pk, actor=house.actor("kitchen"))
        for each in (printer, there):
            serve_printer(printer_id=each.pk)
        assert "VOID\n" in paper.text(1)
        assert "Cold" not in paper.text(1)
        assert "Cold" in other.text()
        assert "VOID" not in other.text()


def test_a_course_is_printed_when_it_is_fired(house, printer, paper):
    house.hold_courses()
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1, "course": course} for course in (1, 2)])
    serve_printer(printer_id=printer.pk)
    assert len(paper.slips) == 1
    house.done(house.api("manager").post(f"/api/v1/orders/{order['id']}/fire", {"course": 2}))
    serve_printer(printer_id=printer.pk)
    assert "COURSE 2 FIRED" in paper.text(1)


def test_an_order_with_no_difference_in_lines_but_a_note_tells_it(house, printer, paper):
    order = house.place()
    line = {"id": order["lines"][0]["id"], "item": house.item.pk, "quantity": 1}
    house.done(house.api().put(f"/api/v1/orders/{order['id']}", {"lines": [line], "note": "No hurry"}))
    while serve_printer(printer_id=printer.pk):
        pass
    assert "NOTE No hurry" in paper.text()


# --- printers for tickets without a screen ---------------------------------------------------------------------------
@pytest.fixture
def fallback(house, paper):
    return printer_at(house, paper.port, prints=Printer.When.FALLBACK, wait_seconds=20)


@pytest.fixture
def wall(house):
    """Return a screen that was connected just now."""
    device = DeviceFactory(restaurant=house.restaurant, kind="kitchen", last_seen_at=timezone.now())
    return Screen.objects.create(restaurant=house.restaurant, device=device)


def see(house):
    tickets = Ticket.objects.values_list("pk", flat=True)
    acknowledge_tickets(ticket_ids=list(tickets), screen="Wall", actor=house.actor("screen"))


def test_without_a_live_screen_it_prints_at_once(house, fallback, paper):
    house.place()
    assert serve_printer(printer_id=fallback.pk) == 1


def test_a_screen_has_its_time_and_what_it_shows_is_not_printed(house, fallback, wall, paper):
    house.place()
    assert serve_printer(printer_id=fallback.pk) == 0
    assert statuses() == [("new", "queued")]
    see(house)
    assert serve_printer(printer_id=fallback.pk, clock=later(21)) == 0
    assert (statuses(), paper.slips) == ([("new", "skipped")], [])


def test_what_no_screen_has_shown_in_time_is_printed(house, fallback, wall, paper):
    house.place()
    assert serve_printer(printer_id=fallback.pk, clock=later(1)) == 0
    assert serve_printer(printer_id=fallback.pk, clock=later(19)) == 0
    assert serve_printer(printer_id=fallback.pk, clock=later(21)) == 1


@pytest.mark.parametrize("where", ["other station", "revoked", "silent"])
def test_only_live_screens_of_the_station_count(house, fallback, wall, where):
    if where == "other station":
        wall.stations.add(StationFactory(restaurant=house.restaurant))
    else:
        gone = {"revoked_at": timezone.now()} if where == "revoked" else {
            "last_seen_at": timezone.now() - timedelta(minutes=2)}  # fmt: skip
        Device.objects.filter(pk=wall.device_id).update(**gone)
    house.place()
    assert serve_printer(printer_id=fallback.pk) == 1


def test_changes_follow_the_paper_or_the_screens(house, fallback, wall, paper):
    order = house.place()
    see(house)
    serve_printer(printer_id=fallback.pk)
    edit(house, order, {"id": order["lines"][0]["id"], "quantity": 2})
    serve_printer(printer_id=fallback.pk)
    assert [status for _kind, status in statuses()] == ["skipped", "skipped"], "the screen shows it"
    Device.objects.filter(pk=wall.device_id).update(last_seen_at=None)
    edit(house, order, {"id": order["lines"][0]["id"], "quantity": 3})
    serve_printer(printer_id=fallback.pk)
    assert "+ 2 x" in paper.text()
    Device.objects.filter(pk=wall.device_id).update(last_seen_at=timezone.now())
    edit(house, order, {"id": order["lines"][0]["id"], "quantity": 4})
    serve_printer(printer_id=fallback.pk)
    assert "+ 3 x" in paper.text(), "something lies there: it is kept true"


# --- the sweep -------------------------------------------------------------------------------------------------------
def test_the_sweep_costs_little_when_nothing_is_to_do(house, printer, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(worker, "_clean_at", timezone.now() + timedelta(hours=1))
    with django_assert_num_queries(3):  # due slips; two figures for /metrics
        assert worker.print_due(now=timezone.now()) == 0


def test_the_sweep_begins_once_for_each_printer_that_has_something(house, printer, monkeypatch):
    begun = []
    monkeypatch.setattr(worker, "_begin", lambda printer_id: begun.append(printer_id) or 1)
    for _ in range(3):
        house.place()
    assert worker.print_due(now=timezone.now()) == 1
    assert begun == [printer.pk]
    Printer.objects.update(enabled=False)
    assert worker.print_due(now=timezone.now()) == 0


def test_old_slips_go(house, printer, monkeypatch):
    monkeypatch.setattr(worker, "_clean_at", None)
    monkeypatch.setattr(worker, "_begin", lambda printer_id: 1)
    house.place()
    house.place()
    PrintJob.objects.filter(pk=PrintJob.objects.first().pk).update(created_at=timezone.now() - timedelta(days=3))
    worker.print_due(now=timezone.now())
    assert PrintJob.objects.count() == 1
