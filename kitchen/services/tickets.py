"""Common parts of the kitchen's services: find and lock a ticket, save it, update its order."""

from collections.abc import Mapping

from django.utils.translation import gettext

from bistro.core.kernel.errors import LostRace, NotYours
from bistro.core.kernel.jsontext import moment
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from kitchen.compiled_queries import lines_in_work, open_tickets_of_firing, order_of_ticket, tickets_by_key, with_lines
from kitchen.models import Ticket, TicketLine
from kitchen.transitions import OPEN_TICKETS, TicketStatus, move_ticket, move_tickets
from orders import steps as order_steps
from orders.models import Order, OrderLine

NOT_DONE: dict[str, object] = {"done_at": None, "done_by": "", "done_on": "", "before_done": None}


def read_ticket(ticket_id: int) -> Ticket:
    """Return a ticket with everything that its events and representations need."""
    (ticket,) = with_lines(tickets_by_key([ticket_id]))
    return ticket


def locked_ticket(ticket_id: int, work: UnitOfWork) -> tuple[Order, Ticket]:
    """Return the ticket and its order, locked in the global order. Raises NotYours."""
    order = order_steps.locked_order(_order_of(ticket_id, work), work)
    return order, _locked_row(ticket_id)


def locked_ticket_alone(ticket_id: int, work: UnitOfWork) -> Ticket:
    """Return the ticket, locked after its order, also when the order was withdrawn.

    A withdrawn order exists only for the cook who had its ticket on screen. Raises NotYours.
    """
    list(Order.objects.filter(pk=_order_of(ticket_id, work)).locked().values_list("pk"))
    return _locked_row(ticket_id)


def _order_of(ticket_id: int, work: UnitOfWork) -> int:
    for (order_id,) in order_of_ticket(work.actor, ticket_id):
        return int(order_id)
    raise NotYours(gettext("There is no such ticket."), code="ticket_not_found")


def _locked_row(ticket_id: int) -> Ticket:
    list(Ticket.objects.filter(pk=ticket_id).locked().values_list("pk"))
    return read_ticket(ticket_id)


def locked_line(line_id: int, work: UnitOfWork) -> tuple[Order, Ticket, TicketLine]:
    """Return the line of a ticket with its ticket and order, both locked. Raises NotYours."""
    rows = TicketLine.objects.visible_to(work.actor).filter(pk=line_id)
    ticket_id = rows.values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        raise NotYours(gettext("There is no such ticket line."), code="ticket_line_not_found")
    order, ticket = locked_ticket(ticket_id, work)
    row = next((row for row in ticket.lines.all() if row.pk == line_id), None)
    if row is None:  # the ticket moved to another station before the lock was granted
        raise LostRace(gettext("This line has moved to another ticket."))
    return order, ticket, row


def require_read(ticket: Ticket) -> None:
    """Refuse to finish a ticket with unread changes. Raises LostRace (`changes_unread`)."""
    if ticket.alert_at is not None:
        raise LostRace(gettext("This ticket was changed. Read the changes first."), code="changes_unread")


def require_open(ticket: Ticket) -> None:
    """Raise LostRace for a ticket that is done or cancelled."""
    if ticket.status not in OPEN_TICKETS:
        raise LostRace(gettext("This ticket is no longer open."))


def claim(ticket: Ticket, work: UnitOfWork, *, finished: Mapping[int, str], on: str = "") -> None:
    """Bump a ticket by one UPDATE that decides who was first, also without row locks.

    `on` names the board. `finished` holds the lines that were not done before, with their status, for an undo. Raises
    LostRace.
    """
    label = work.actor.label[:120]
    done: dict[str, object] = {
        "done_at": work.now,
        "done_by": label,
        "done_on": (on or ("" if work.actor.is_staff else label))[:80],
        "held_at": None,
        "before_done": as_before(ticket, finished),
        "version": ticket.version + 1,
    }
    if move_tickets(Ticket.objects.filter(pk=ticket.pk), OPEN_TICKETS, TicketStatus.DONE, **done) != 1:
        raise LostRace(gettext("This ticket was already bumped."))
    move_ticket(ticket, TicketStatus.DONE)
    for name, value in done.items():
        setattr(ticket, name, value)


def as_before(ticket: Ticket, finished: Mapping[int, str]) -> dict[str, object]:
    """Return what an undo needs of a ticket that is about to be bumped, whole or by a line."""
    return {
        "status": ticket.status,
        "started_at": moment(ticket.started_at),
        "held_at": moment(ticket.held_at),
        "lines": {str(pk): status for pk, status in finished.items()},
    }


def reopen(ticket: Ticket, work: UnitOfWork, **more: object) -> None:
    """Reopen a done ticket as being cooked, in its old place."""
    started_at = ticket.started_at or work.now
    save(ticket, status=TicketStatus.STARTED, started_at=started_at, **NOT_DONE, **more)


def save(ticket: Ticket, *, status: str | None = None, **fields: object) -> None:
    """Save these fields and the next version, nothing else. Raises IllegalTransition."""
    require_transaction()
    if status is not None:
        move_ticket(ticket, status)
        fields["status"] = status
    for name, value in fields.items():
        setattr(ticket, name, value)
    ticket.version += 1
    ticket.save(update_fields=[*fields, "version"])


def finish(order: Order, ticket: Ticket, rows: list[TicketLine], work: UnitOfWork) -> None:
    """Tell the order which of its lines are finished everywhere, and whether this was the last ticket of the firing."""
    in_work = {line_id for (line_id,) in lines_in_work({row.line_id for row in rows})}
    open_left = open_tickets_of_firing(order.pk, ticket.fired_course)
    lines = order_lines(order, rows)
    made = [line for line in lines if line.pk not in in_work]
    begun = [line for line in lines if line.pk in in_work]
    order_steps.finish(order, made, begun, work, all_done=not open_left)


def order_lines(order: Order, rows: list[TicketLine]) -> list[OrderLine]:
    """Return the order's own lines behind lines of tickets."""
    wanted = {row.line_id for row in rows}
    return [line for line in order.lines.all() if line.pk in wanted]
