"""The reaction that writes slips, in the transaction that changed the tickets and after `kitchen.steps`."""

from collections.abc import Sequence
from datetime import tzinfo

from django.utils.translation import override

from bistro.core.speed.bulk_insert import insert_rows, new_row
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from kitchen.events import TicketPushed
from kitchen.models import Ticket
from kitchen.printing.compiled import KnownPrinter, printers_in
from kitchen.printing.models import PrintJob
from kitchen.printing.slips import NOTHING, Paper, difference, paper_of, slip_of
from kitchen.printing.transitions import SlipStatus
from kitchen.transitions import TicketStatus
from menu.steps import menu_in
from orders.events import AllergiesChanged, CourseFired, LinesMoved, OrderEvent, OrderPlaced


def write_slips(events: Sequence[OrderEvent | TicketPushed], work: UnitOfWork) -> None:
    """Write the slips that bring the paper of these orders' tickets up to date.

    Without printers it only reads the menu version, and not even that when the unit of work has read it before.
    """
    require_transaction()
    printers = printers_in(work)
    if not printers:
        return
    orders = {event.ticket.order_id if isinstance(event, TicketPushed) else event.order.pk for event in events}
    orders |= {event.to.pk for event in events if isinstance(event, LinesMoved)}
    tickets = Ticket.objects.of_restaurant(work.restaurant_id).filter(order_id__any_of=sorted(orders)).with_lines()
    if all(isinstance(event, AllergiesChanged | CourseFired | LinesMoved) for event in events):
        tickets = tickets.open()  # nobody cooks a finished dish again because of a slip
    known = {} if all(isinstance(event, OrderPlaced) for event in events) else _on_paper(orders)
    restaurant = menu_in(work).menu.restaurant
    with override(restaurant.language):
        jobs = [
            job
            for ticket in tickets.order_by("pk")
            for printer in printers
            if (job := _job(ticket, printer, known.get((printer.id, ticket.pk)), restaurant.tz, work))
        ]
    insert_rows(jobs)


def _on_paper(orders: set[int]) -> dict[tuple[int, int], Paper]:
    """Return `{(printer id, ticket id): content on paper}`. A slip that failed before it began left nothing."""
    jobs = PrintJob.objects.filter(ticket__order_id__in=orders)
    rows = jobs.exclude(status=SlipStatus.FAILED, doubtful=False).order_by("pk")
    papers = rows.values_list("printer_id", "ticket_id", "paper")
    return {(printer, ticket): paper for printer, ticket, paper in papers if ticket is not None}


def _job(ticket: Ticket, printer: KnownPrinter, before: Paper | None, tz: tzinfo, work: UnitOfWork) -> PrintJob | None:
    here = ticket.station_id == printer.station_id and ticket.status != TicketStatus.CANCELLED
    if not here and before is None:
        return None
    now = paper_of(ticket) if here else NOTHING
    found = difference(before, now)
    if found is None:
        return None
    kind, lines = found
    return new_row(
        PrintJob,
        restaurant_id=work.restaurant_id,
        printer_id=printer.id,
        ticket=ticket,
        kind=kind.value,
        status=SlipStatus.QUEUED.value,
        slip={**slip_of(ticket, kind, lines, tz), "station": printer.station},  # a pushed ticket has moved on
        paper=now,
        created_at=work.now,
        due_at=work.now,
    )
