"""Services for what people do with slips and printers."""

from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.speed.bulk_insert import insert_rows, new_row
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Ticket
from kitchen.printing.events import SlipAskedFor, SlipsDismissed, SlipsRetried
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.sample import sample_slip
from kitchen.printing.selectors import UNPRINTED
from kitchen.printing.sheet_steps import open_drawer
from kitchen.printing.slips import NOTHING, Paper, paper_of, slip_of
from kitchen.printing.transitions import SlipKind, SlipStatus, move_slips
from kitchen.services.tickets import locked_ticket
from menu.steps import menu_in


def print_again(*, ticket_id: int, actor: Actor) -> int:
    """Reprint the whole ticket on each printer of its station; returns the number of slips.

    Locks: order, ticket. Raises NotYours, InvalidInput when the station has no printer, NotPermitted.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        _order, ticket = locked_ticket(ticket_id, work)  # prevents an edit between this read and the slip
        printers = list(Printer.objects.visible_to(actor).filter(station_id=ticket.station_id, enabled=True))
        if not printers:
            raise InvalidInput(
                gettext("%(station)s has no printer. Print this page instead.") % {"station": ticket.station},
                code="no_printer",
            )
        paper = paper_of(ticket)
        lines = [{**line, "mark": ""} for line in paper["lines"].values()]
        slip = slip_of(ticket, SlipKind.REPRINT, lines, menu_in(work).menu.restaurant.tz)
        insert_rows([_job(printer, SlipKind.REPRINT, slip, paper, work, ticket) for printer in printers])
        for printer in printers:
            work.record(SlipAskedFor(printer=printer, slips=1))
    return len(printers)


def print_test(*, printer_id: int, actor: Actor) -> Printer:
    """Print a test slip, and open the cash drawer of the printer. Raises NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        printer = _own(printer_id, actor)
        slip = sample_slip(printer, menu_in(work).menu, work.now, actor.label)
        insert_rows([_job(printer, SlipKind.TEST, slip, NOTHING, work)])
        open_drawer(printer, work)
        work.record(SlipAskedFor(printer=printer, slips=1))
    return printer


def retry_failed(*, printer_id: int, actor: Actor) -> int:
    """Print failed slips once more, oldest first, and try the printer at once; returns the number of slips.

    Slips of closed tickets, those that a later one replaces and, unless a cook asks, tickets are left out.
    Locks: printer. Raises NotYours, NotPermitted.
    """
    _require_reader(actor)
    with UnitOfWork(actor) as work:
        printer = _own_of_reader(printer_id, actor)
        failed = _failed(printer, actor)
        wanted = set(failed.filter(UNPRINTED).values_list("pk", flat=True)) - _replaced_slips(printer, failed)
        again = {"attempts": 0, "due_at": work.now, "ended_at": None}
        count = move_slips(failed.filter(pk__in=wanted), [SlipStatus.FAILED], SlipStatus.QUEUED, **again)
        _clear_alert(printer, actor)
        work.record(SlipsRetried(printer=printer, slips=count))
    return count


def dismiss_failed(*, printer_id: int, actor: Actor) -> int:
    """Dismiss the failed slips, because screens show them or cooks were told; returns the number of slips.

    Tickets are dismissed by cooks alone. Locks: printer. Raises NotYours, NotPermitted.
    """
    _require_reader(actor)
    with UnitOfWork(actor) as work:
        printer = _own_of_reader(printer_id, actor)
        count = move_slips(_failed(printer, actor), [SlipStatus.FAILED], SlipStatus.SKIPPED, ended_at=work.now)
        _clear_alert(printer, actor)
        work.record(SlipsDismissed(printer=printer, slips=count))
    return count


def _own(printer_id: int, actor: Actor) -> Printer:
    printer = Printer.objects.visible_to(actor).filter(pk=printer_id).select_related("station").locked().first()
    if printer is None:
        raise NotYours(gettext("There is no such printer."), code="printer_not_found")
    return printer


def _require_reader(actor: Actor) -> None:
    """Refuse a person who works neither with tickets nor with receipts. Raises NotPermitted."""
    if not actor.may(Permission.TAKE_PAYMENT):
        actor.require(Permission.COOK)


def _own_of_reader(printer_id: int, actor: Actor) -> Printer:
    """Return a printer, for cooks any one, for people who take payments one of receipts. Raises NotPermitted."""
    printer = _own(printer_id, actor)
    if not printer.receipts:
        actor.require(Permission.COOK)
    return printer


def _failed(printer: Printer, actor: Actor) -> QuerySet[PrintJob]:
    """Return the failed slips that a person decides about: cooks about all, others about those that are no tickets."""
    failed = PrintJob.objects.filter(printer=printer, status__literal_exact=SlipStatus.FAILED)
    return failed if actor.may(Permission.COOK) else failed.filter(ticket=None)


def _replaced_slips(printer: Printer, failed: QuerySet[PrintJob]) -> set[int]:
    """Return the failed slips that a later, independent slip replaces: printing both would make a cook cook twice."""
    tickets = failed.filter(ticket__isnull=False).order_by().values("ticket_id")
    rows = PrintJob.objects.filter(printer=printer, ticket__in=tickets).order_by("ticket_id", "pk")
    found: set[int] = set()
    for _ticket_id, jobs in groupby(rows, key=attrgetter("ticket_id")):
        lost: list[PrintJob] = []
        for job in jobs:
            all_of_it = job.kind == SlipKind.REPRINT
            found |= {old.pk for old in lost if all_of_it or (old.ended_at and old.ended_at <= job.created_at)}
            if job.status == SlipStatus.FAILED and not job.doubtful:
                lost.append(job)
            else:
                lost.clear()  # a whole slip replaces everything before it
    return found


def _clear_alert(printer: Printer, actor: Actor) -> None:
    """Make the printer due at once and clear its alert. While tickets are lost, only cooks clear it."""
    printer.failures, printer.retry_at = 0, None
    if actor.may(Permission.COOK) or not PrintJob.objects.filter(UNPRINTED, printer=printer).exists():
        printer.trouble_at, printer.trouble = None, ""
    printer.save(update_fields=["failures", "retry_at", "trouble_at", "trouble"])


def _job(
    printer: Printer,
    kind: SlipKind,
    slip: Mapping[str, Any],
    paper: Paper,
    work: UnitOfWork,
    ticket: Ticket | None = None,
) -> PrintJob:
    return new_row(
        PrintJob,
        restaurant_id=work.restaurant_id,
        printer=printer,
        ticket=ticket,
        kind=kind.value,
        status=SlipStatus.QUEUED.value,
        slip=slip,
        paper=paper,
        created_at=work.now,
        due_at=work.now,
    )
