"""A ticket as JSON, the same for the API, the event log and the sockets."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from kitchen.models import Ticket, TicketLine
from kitchen.transitions import TicketStatus
from orders.allergies import choice_names, conflicts


def ticket_json(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket read `with_lines()`, without the order's notes and name, which are personal data."""
    return {
        "id": ticket.pk,
        "order": ticket.order_id,
        "number": ticket.order.number,
        "table": ticket.order.table_id,
        "table_name": ticket.order.table_name,
        "kind": ticket.order.kind,
        "pickup_at": moment(ticket.order.pickup_at),
        "station": ticket.station_id,
        "station_name": ticket.station.name,
        "status": ticket.status,
        "fired_at": moment(ticket.fired_at),
        "fired_course": ticket.fired_course or None,
        "seen_at": moment(ticket.seen_at),
        "seen_on": ticket.seen_on,
        "unseen_at": moment(ticket.unseen_at) if _rings(ticket) else None,
        "started_at": moment(ticket.started_at),
        "done_at": moment(ticket.done_at),
        "done_by": ticket.done_by,
        "done_on": ticket.done_on,
        "aged_from": moment(ticket.aged_from or ticket.fired_at),
        "held_at": moment(ticket.held_at),
        "alert_at": moment(ticket.alert_at),
        "recalled_at": moment(ticket.recalled_at),
        "recalls": ticket.recalls,
        "voided": ticket.voided or [],
        "lines": [ticket_line_json(row) for row in ticket.lines.all()],
        "version": ticket.version,
    }


def _rings(ticket: Ticket) -> bool:
    return ticket.seen_at is None and ticket.held_at is None and ticket.status == TicketStatus.QUEUED


def ticket_line_json(row: TicketLine) -> dict[str, Any]:
    """Return one line of a ticket; `line` is the order line's id."""
    return {
        "id": row.pk,
        "line": row.line_id,
        "name": row.line.name,
        "quantity": row.line.quantity,
        "modifiers": choice_names(row.line),
        "allergies": row.line.allergies,
        "conflicts": conflicts(row.line),
        "seat": row.line.seat,
        "course": row.line.course,
        "status": row.status,
        "changed": row.changed,
        "added": row.added,
        "unrouted": row.unrouted,
        "start_at": moment(row.start_at),
        "plated_at": moment(row.plated_at),
    }
