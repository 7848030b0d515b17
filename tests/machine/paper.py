"""Printers at two stations: the grill's prints everything, the bar's prints tickets that no screen shows in time."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bistro.core.models import Device
from bistro.core.tests.factories import DeviceFactory
from kitchen.models import Screen
from kitchen.printing import services as printing
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services.slips import claim, failed, next_slip
from tests.machine.house import House, picks

Said = Counter[str]


def added_up(slips: Iterable[dict[str, Any]]) -> Said:
    """Return the ticket as a cook reads it from all slips: added lines without the struck ones."""
    said: Said = Counter()
    for slip in slips:
        if slip["kind"] == "reprint":  # a reprint is the whole ticket
            said.clear()
        for line in slip["lines"]:
            words = json.dumps([line["quantity"], line["name"], line["modifiers"]])
            said[words] += -1 if line["mark"] == "void" else 1
    return Counter({words: count for words, count in said.items() if count})


class Paper(House):
    """Printing in the model: slips are written with every action, and printed by a later step."""

    def furnish(self) -> None:
        house, (_, grill, bar) = self.house, self.stations
        kind = Printer.Kind.BROWSER
        self.printers = [
            Printer.objects.create(restaurant=house.restaurant, station_id=grill, name="Grill", kind=kind),
            Printer.objects.create(
                restaurant=house.restaurant, station_id=bar, name="Bar", kind=kind, prints=Printer.When.FALLBACK
            ),
        ]
        self.wall = DeviceFactory(restaurant=house.restaurant, kind=Device.Kind.KITCHEN)
        Screen.objects.create(restaurant=house.restaurant, device=self.wall).stations.set([bar])
        self.cook = house.actor("kitchen")

    # --- actions -----------------------------------------------------------------------------------
    @rule(printer=st.integers(0, 1), slips=st.integers(1, 9))
    def print_slips(self, printer, slips):
        """Print slip after slip by a browser."""
        for _ in range(slips):
            job = printing.take_slip(printer_id=self.printers[printer].pk, actor=self.cook)
            if job is None:
                break
            printing.slip_printed(job_id=job.pk, attempt=job.attempts, actor=self.cook)

    @rule(printer=st.integers(0, 1), sure=st.booleans(), again=st.booleans())
    def jam(self, printer, sure, again):
        """Fail the next slip for good; then reprint it, or dismiss it as told to the cooks."""
        row, now = Printer.objects.get(pk=self.printers[printer].pk), timezone.now()
        while (job := next_slip(row, now)) is not None and claim(job):
            failed(job=job, printer=row, why="No paper", now=now, doubtful=not sure)
            if PrintJob.objects.get(pk=job.pk).status == "failed":
                break
        if again:
            printing.retry_failed(printer_id=row.pk, actor=self.cook)
        printing.dismiss_failed(printer_id=row.pk, actor=self.cook)  # slips of closed tickets

    @precondition(lambda self: self.model.tickets)
    @rule(pick=picks)
    def print_again(self, pick):
        ticket_id = self.ticket_id(pick)
        ticket = self.model.tickets[ticket_id]
        if ticket.station != self.stations[0] and ticket.status != "cancelled":
            printing.print_again(ticket_id=ticket_id, actor=self.cook)

    @rule(live=st.booleans())
    def watch(self, live):
        """Connect or disconnect the wall of the bar."""
        Device.objects.filter(pk=self.wall.pk).update(last_seen_at=timezone.now() if live else None)

    # --- conditions --------------------------------------------------------------------------------
    @invariant()
    def slips_add_up_to_what_the_tickets_say(self):
        """Check all slips: printed, waiting, skipped for a screen, or dismissed.

        A ticket on paper gets every change on paper.
        """
        slips: dict[tuple[int, int | None], list[dict[str, Any]]] = defaultdict(list)
        lies_there: set[tuple[int, int | None]] = set()
        for job in PrintJob.objects.filter(printer__in=self.printers).order_by("pk"):
            place = job.printer_id, job.ticket_id
            slips[place].append(job.slip)
            left_out = job.status == "skipped" and not job.attempts
            assert not (left_out and place in lies_there), f"slips: {job.pk} is not printed, and one before it was"
            lies_there |= {place} if job.status == "printed" else set()
        found = {place: added_up(each) for place, each in slips.items()}
        wanted = {
            (printer.pk, pk): self.says(pk)
            for printer in self.printers
            for pk, ticket in self.model.tickets.items()
            if ticket.station == printer.station_id and ticket.status != "cancelled"
        }
        found = {place: said for place, said in found.items() if said}
        assert found == wanted, f"slips say {found}, tickets {wanted}"

    def says(self, ticket_id: int) -> Said:
        """Return the content of a ticket."""
        ticket = self.model.tickets[ticket_id]
        lines = [self.model.orders[ticket.order].lines[pk] for pk in ticket.lines]
        words = [[line.quantity, self.items[line.item].name, [line.choice] if line.choice else []] for line in lines]
        return Counter(json.dumps(each) for each in words)
