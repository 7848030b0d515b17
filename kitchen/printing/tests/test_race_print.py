"""Concurrent workers: each slip comes once, in order. In the control without the claim it comes twice."""

import threading
from contextlib import suppress

import pytest
from django.utils import timezone

from bistro.core.tests.racing import race
from kitchen.printing.models import PrintJob
from kitchen.printing.services import printing as worker
from kitchen.printing.services import serve_printer
from kitchen.printing.tests.printers import FakePrinter, printer_at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paper():
    with FakePrinter() as printer:
        yield printer


@pytest.fixture
def printer(house, paper):
    return printer_at(house, paper.port)


def numbers(paper):
    return [int(paper.text(place).split("#")[1].split()[0]) for place in range(len(paper.slips))]


def test_of_several_workers_one_serves_a_printer_and_nothing_comes_twice(house, printer, paper):
    placed = [house.place()["number"] for _ in range(5)]
    served = race([lambda: serve_printer(printer_id=printer.pk)] * 4)
    assert [error for error in served if isinstance(error, Exception)] == []
    while serve_printer(printer_id=printer.pk):
        pass
    assert numbers(paper) == placed
    assert set(PrintJob.objects.values_list("status", "attempts")) == {("printed", 1)}


class Meeting:
    """A barrier after both workers have found the same slip and before either takes it."""

    def __init__(self, original):
        self.original, self.barrier = original, threading.Barrier(2)

    def __call__(self, *args, **kwargs):
        found = self.original(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            self.barrier.wait(timeout=5)
        return found


def two_without_a_lease(printer, monkeypatch):
    """Run two workers as if the first one's lease had expired while it was frozen."""
    monkeypatch.setattr(worker, "next_slip", Meeting(worker.next_slip))
    return race([lambda: worker._print_next(printer.pk, timezone.now)] * 2)


def test_of_two_who_found_the_same_slip_one_prints_it(house, printer, paper, monkeypatch):
    house.order()
    assert sorted(two_without_a_lease(printer, monkeypatch)) == [False, True]
    assert len(paper.slips) == 1


def test_control_without_the_claim_it_comes_twice(house, printer, paper, monkeypatch):
    house.order()
    monkeypatch.setattr(worker, "claim", lambda job: True)
    two_without_a_lease(printer, monkeypatch)
    assert len(paper.slips) == 2


def test_the_sweeps_of_two_processes_print_once(house, printer, paper):
    """The whole path: sweeps in several threads, the worker's own threads, and a printer."""
    placed = [house.place()["number"] for _ in range(3)]
    race([lambda: worker.print_due(now=timezone.now())] * 3)
    for thread in threading.enumerate():
        if thread.name.startswith("printer-"):
            thread.join(20)
    assert numbers(paper) == placed
    assert worker._at_work == set()
