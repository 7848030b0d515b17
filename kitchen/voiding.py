"""The effect of voided lines on tickets that may be in work (ADR 0011)."""

from collections.abc import Iterable

from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Ticket, TicketLine
from kitchen.transitions import OPEN_TICKETS, TicketStatus, move_ticket
from orders import steps as order_steps
from orders.events import LinesVoided
from orders.models import Order


def take_off(event: LinesVoided, work: UnitOfWork) -> None:
    """Take voided quantities off the tickets of an order, and bring the order's status up to date.

    A cook who knows of an open ticket must read the change. A ticket stays open while it has lines, also finished
    ones, so that its cook reads the change and bumps it. Locks: ticket.
    """
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.filter(order=event.order).locked()}
    rows = TicketLine.objects.filter(ticket__in=tickets, line__in=event.voided).order_by("pk")
    touched: dict[int, Ticket] = {}
    for row in rows:
        ticket = touched[row.ticket_id] = tickets[row.ticket_id]
        if ticket.status in OPEN_TICKETS:
            was = {name: value for name, value in event.voided[row.line_id].items() if name != "chosen"}
            ticket.voided = [*(ticket.voided or []), {"line": row.line_id, **was}]
        if row.line_id in event.removed:
            row.delete()
        elif ticket.status in OPEN_TICKETS:
            row.changed = True
            row.save(update_fields=["changed"])
    for pk in sorted(touched):
        _save(touched[pk], event.order, work)
    _settle(event.order, tickets.values(), work)


def _save(ticket: Ticket, order: Order, work: UnitOfWork) -> None:
    """Save a ticket that lost lines: an empty one is cancelled, an open one that a cook may know is marked."""
    if ticket.status in OPEN_TICKETS and (ticket.seen_at or order.confirmed_at is not None):
        ticket.alert_at = ticket.alert_at or work.now
    if ticket.alert_at is None:
        ticket.voided = None
    if not ticket.lines.exists():
        move_ticket(ticket, TicketStatus.CANCELLED)
        ticket.held_at = None
    ticket.version += 1
    ticket.save(update_fields=["status", "alert_at", "voided", "held_at", "version"])


def _settle(order: Order, tickets: Iterable[Ticket], work: UnitOfWork) -> None:
    """Tell the order whether something is still cooked, and whether finished food waits to be served."""
    cooking = {ticket.fired_course for ticket in tickets if ticket.status in OPEN_TICKETS}
    done = [ticket for ticket in tickets if ticket.status == TicketStatus.DONE and ticket.fired_course not in cooking]
    waiting = any(order.served_at is None or (ticket.done_at or work.now) > order.served_at for ticket in done)
    order_steps.settle(order, work, cooking=bool(cooking), waiting=waiting)
