"""Faults of printers: orders are not affected, cooks are warned, and no slip comes twice without a mark."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.live import event_log
from bistro.core.models import Event
from bistro.core.writing import unit_of_work
from bistro.core.writing.unit_of_work import reactions_to
from kitchen.expo.live import ExpoView
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services import printing as worker
from kitchen.printing.services import retry_failed, serve_printer
from kitchen.printing.services.slips import TRIES
from kitchen.printing.steps import write_slips
from kitchen.printing.tests.printers import FakePrinter, edit, printer_at, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_timeouts"), pytest.mark.database_agnostic]


MOODS = ["off", "mute", "deaf", "breaks", "open", "empty", "dumb"]


@pytest.fixture
def unwell(request, house):
    """Return a printer with this fault."""
    with FakePrinter(mood=request.param) as fake:
        if request.param == "off":
            fake.off()
        yield printer_at(house, fake.port, name=f"It is {request.param}"), fake


def give_up(printer):
    """Let all attempts pass, each after its pause, until the slip is given up."""
    for _ in range(TRIES):
        Printer.objects.filter(pk=printer.pk).update(retry_at=None)
        serve_printer(printer_id=printer.pk)
    printer.refresh_from_db()


@pytest.mark.parametrize("unwell", MOODS, indirect=True)
def test_it_is_tried_again_given_up_and_told(house, unwell):
    printer, _fake = unwell
    house.place()
    serve_printer(printer_id=printer.pk)
    printer.refresh_from_db()
    assert (printer.failures, printer.trouble_at, printer.retry_at > timezone.now()) == (1, None, True)
    assert statuses() == [("new", "queued")]
    assert serve_printer(printer_id=printer.pk) == 0, "not before its pause is over"
    give_up(printer)
    job = PrintJob.objects.get()
    assert (job.status, job.attempts) == ("failed", TRIES)
    assert job.error == printer.trouble != ""
    assert printer.trouble_at is not None
    events = Event.objects.filter(type="printer_updated").values_list("action", flat=True)
    assert list(events) == ["troubled"]


@pytest.mark.parametrize(("unwell", "doubtful"), [
    ("off", False), ("mute", False), ("open", False), ("empty", False), ("breaks", True)],
    indirect=["unwell"])  # fmt: skip
def test_the_second_copy_says_so_only_if_there_may_be_a_first(house, unwell, doubtful):
    printer, _fake = unwell
    house.place()
    serve_printer(printer_id=printer.pk)
    assert PrintJob.objects.get().doubtful is doubtful
    with FakePrinter() as well:
        Printer.objects.update(port=well.port, retry_at=None)
        assert serve_printer(printer_id=printer.pk) == 1
        assert ("SECOND COPY?" in well.text()) is doubtful
    assert PrintJob.objects.get().doubtful is False


def statements_of(act) -> int:
    with CaptureQueriesContext(connection) as caught:
        act()
    return len(caught)


@pytest.fixture
def without_slips(monkeypatch):
    """Count the statements of an order without slips."""

    def count(act) -> int:
        with monkeypatch.context() as patch:
            patch.setattr(unit_of_work, "reactions_to", lambda event: tuple(
                step for step in reactions_to(event) if step is not write_slips))  # fmt: skip
            return statements_of(act)

    return count


@pytest.mark.parametrize("mood", ["well", *MOODS])
def test_an_order_costs_the_same_whatever_the_printer_does(house, mood, without_slips):
    with FakePrinter(mood=mood) as fake:
        if mood == "off":
            fake.off()
        printer = printer_at(house, fake.port)
        house.order()
        serve_printer(printer_id=printer.pk)
        calls, bare = fake.calls, without_slips(house.order)
        # Tickets, their lines, the slips; on PostgreSQL deferred inserts are sent before the first of them.
        assert statements_of(house.order) == bare + 3 + (connection.vendor == "postgresql")
        assert fake.calls == calls


def test_a_restaurant_without_printers_pays_nothing_where_people_wait(house, without_slips):
    manager = house.api("manager")
    spare, quantities = [house.place() for _ in range(3)], iter(range(2, 9))
    line = {"id": spare[0]["lines"][0]["id"]}
    acts = {
        "place": house.order,
        "edit": lambda: edit(house, spare[0], {**line, "quantity": next(quantities)}),
        "cancel": lambda: manager.post(f"/api/v1/orders/{spare.pop()['id']}/cancel", {"reason": "Mistake"}),
    }
    for name, act in acts.items():
        act()
        asked = 1 if name == "cancel" else 0  # the menu's version, because a printer may be new
        assert statements_of(act) - without_slips(act) == asked, name
    assert not PrintJob.objects.exists()


def test_a_printer_of_another_restaurant_prints_nothing_of_ours(house, other_house, paper):
    printer_at(other_house, paper.port)
    house.place()
    assert not PrintJob.objects.exists()


def test_what_waited_too_long_is_given_up_with_its_neighbours(house, printer, paper):
    for _ in range(3):
        house.place()
    PrintJob.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    house.place()
    paper.off()
    serve_printer(printer_id=printer.pk)
    assert [status for _kind, status in statuses()] == ["failed", "failed", "failed", "queued"]


def test_when_it_prints_again_the_alert_stays_for_what_is_missing(house, printer, paper):
    paper.mood = "open"
    house.place()
    give_up(printer)
    paper.mood = "well"
    house.place()
    Printer.objects.update(retry_at=None)
    assert serve_printer(printer_id=printer.pk) == 1
    printer.refresh_from_db()
    assert (printer.failures, printer.trouble) == (0, "Printing again. These slips are missing.")
    assert Event.objects.filter(type="printer_updated", action="recovered").count() == 1


def test_the_pass_says_it_too(house, printer, paper):
    """The alert and its end, on the page and pushed to an open one."""
    paper.mood = "open"
    house.place()
    watcher = ExpoView(house.restaurant.pk, house.actor("kitchen"))

    def told(act) -> str:
        before = event_log.position(house.restaurant.pk)
        act()
        now = event_log.position(house.restaurant.pk)
        frames = watcher.changes(list(event_log.events_after(house.restaurant.pk, before.seq)), now)
        return "".join(json.loads(frame.text)["html"] for frame in frames)

    page = house.browser("kitchen")
    assert "PRINTER" not in page.get("/kitchen/expo/").content.decode()
    assert "PRINTER Grill printer" in told(lambda: give_up(printer))
    text = page.get("/kitchen/expo/").content.decode()
    assert "PRINTER Grill printer" in text
    assert f'id="retry-printer-{printer.pk}"' in text
    told_after = told(lambda: page.post(f"/kitchen/printers/{printer.pk}/dismiss/"))
    assert 'id="printers"' in told_after


def test_an_edit_after_a_slip_that_never_came_prints_the_whole_ticket(house, printer, paper):
    paper.mood = "open"
    order = house.place()
    give_up(printer)
    edit(house, order, {"id": order["lines"][0]["id"], "quantity": 5})
    assert statuses() == [("new", "failed"), ("new", "queued")]


def test_what_was_told_again_since_is_not_printed_once_more(house, printer, paper):
    """An edit prints the whole ticket of a failed slip; with that slip too the ticket would be cooked twice."""
    paper.mood = "open"
    order = house.place()
    give_up(printer)
    edit(house, order, {"id": order["lines"][0]["id"], "quantity": 5})
    paper.mood = "well"
    retry_failed(printer_id=printer.pk, actor=house.actor("kitchen"))
    assert serve_printer(printer_id=printer.pk) == 1
    assert "1 x" in paper.text()
    assert "4 x" in paper.text()


def test_a_dumb_printer_prints_when_we_do_not_ask_it(house):
    with FakePrinter(mood="dumb") as dumb:
        printer = printer_at(house, dumb.port, answers=False)
        house.place()
        assert serve_printer(printer_id=printer.pk) == 1
        for _ in range(50):
            if dumb.slips:
                break
            timezone.time_module = None
            import time

            time.sleep(0.02)
        assert house.item.name in dumb.text()


def test_metrics_say_how_many(house, printer, paper, client, monkeypatch):
    paper.mood = "empty"
    house.place()
    give_up(printer)
    worker.print_due(now=timezone.now())
    text = client.get("/metrics").content.decode()
    assert "bistro_printers_in_trouble 1.0" in text
    assert "bistro_slips_failed 1.0" in text
