"""Tickets of lines that move to another order. A dish keeps its state: nobody cooks it twice (ADR 0042)."""

from collections.abc import Sequence

from bistro.core.speed.bulk_insert import new_row
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Ticket, TicketLine
from kitchen.transitions import OPEN_TICKETS, TicketStatus, move_ticket
from orders.events import LinesMoved
from orders.transitions import LineStatus

_OWN = ("id", "order_id", "alert_at", "voided", "before_done", "version")


def split(event: LinesMoved, work: UnitOfWork) -> None:
    """Give the moved lines' places on tickets to their new order. Locks: ticket."""
    tickets = list(Ticket.objects.filter(order=event.order).locked())
    rows: dict[int, list[TicketLine]] = {}
    for row in TicketLine.objects.filter(ticket__in=tickets).order_by("pk"):
        rows.setdefault(row.ticket_id, []).append(row)
    for ticket in tickets:
        _split(event, ticket, rows.get(ticket.pk, []), work)


def _split(event: LinesMoved, ticket: Ticket, rows: Sequence[TicketLine], work: UnitOfWork) -> None:
    """Divide a ticket. One whose lines all leave goes to the other order as it is."""
    whole = [row for row in rows if row.line_id in event.whole]
    parts = [row for row in rows if row.line_id in event.parts]
    if not whole and not parts:
        return
    if len(whole) == len(rows):
        ticket.order = event.to
        ticket.version += 1
        ticket.save(update_fields=["order", "version"])
        return
    beside = _ticket_beside(ticket, event, [*whole, *parts], work)
    for row in whole:
        row.ticket = beside
    TicketLine.objects.bulk_update(whole, ["ticket"])
    TicketLine.objects.bulk_create([_part(row, beside, event.parts[row.line_id]) for row in parts])
    left = [row for row in rows if row not in whole]
    ticket.before_done = None
    ticket.version += 1
    _close_if_done(ticket, left, work)
    ticket.save(update_fields=["status", "done_at", "done_by", "before_done", "version"])


def _ticket_beside(ticket: Ticket, event: LinesMoved, rows: Sequence[TicketLine], work: UnitOfWork) -> Ticket:
    """Return the saved ticket of the moved lines: a copy of their ticket, as far as it concerns them."""
    names = [field.attname for field in Ticket._meta.concrete_fields if field.attname not in _OWN]
    facts = {name: getattr(ticket, name) for name in names}
    if ticket.status == TicketStatus.STARTED and all(row.status == LineStatus.QUEUED for row in rows):
        facts |= {"status": TicketStatus.QUEUED, "started_at": None}
    beside: Ticket = new_row(Ticket, order=event.to, **facts)
    _close_if_done(beside, rows, work)
    beside.save()
    return beside


def _part(row: TicketLine, ticket: Ticket, line_id: int) -> TicketLine:
    names = [f.attname for f in TicketLine._meta.concrete_fields if f.attname not in ("id", "ticket_id", "line_id")]
    part: TicketLine = new_row(TicketLine, ticket=ticket, line_id=line_id, **{n: getattr(row, n) for n in names})
    return part


def _close_if_done(ticket: Ticket, rows: Sequence[TicketLine], work: UnitOfWork) -> None:
    """Finish an open ticket without a dish to cook, because the others have left it."""
    if ticket.status in OPEN_TICKETS and all(row.status == LineStatus.DONE for row in rows):
        move_ticket(ticket, TicketStatus.DONE)
        ticket.done_at = max((row.done_at for row in rows if row.done_at), default=work.now)
        ticket.done_by = ticket.done_by or work.actor.label[:120]
