"""The content of a slip as plain values: a whole ticket, or its difference to the paper."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

from kitchen.models import Ticket, TicketLine
from kitchen.printing.transitions import SlipKind
from orders.allergies import allergy_marks, choice_names
from orders.pickup import pickup_facts

Paper = dict[str, Any]  # {"note": text, "lines": {order line's id: line}}
NOTHING: Paper = {"note": "", "lines": {}}


def paper_of(ticket: Ticket) -> Paper:
    """Return everything that a slip of this ticket says, keyed by line. Expects a ticket read `with_lines()`."""
    return {"note": ticket.order.note, "lines": {str(row.line_id): _line(row) for row in ticket.lines.all()}}


def slip_of(ticket: Ticket, kind: SlipKind, lines: Iterable[Mapping[str, Any]], tz: tzinfo) -> dict[str, Any]:
    """Return one slip: its target, its lines and its times."""
    courses = {row.line.course for row in ticket.lines.all()}
    return {
        "kind": kind.value,
        "station": ticket.station.name,
        "table": ticket.order.place,
        "pickup": pickup_facts(ticket.order, tz),
        "number": ticket.order.number,
        "course": ticket.fired_course or (max(courses) if len(courses) == 1 and max(courses) > 1 else 0),
        "fired": ticket.fired_course > 0,
        "placed_by": ticket.order.placed_by,
        "time": f"{ticket.fired_at.astimezone(tz):%H:%M}",
        "note": ticket.order.note,
        "lines": list(lines),
    }


def difference(before: Paper | None, now: Paper) -> tuple[SlipKind, list[dict[str, Any]]] | None:
    """Return `(kind, lines)` of the slip that brings the paper up to date, or None when the paper is right.

    Without earlier paper the slip has every line. A changed line is cancelled as it was and printed as it is, so that
    nobody has to compare two slips.
    """
    if before is None:
        lines = [{**line, "mark": ""} for line in now["lines"].values()]
        return (SlipKind.NEW, lines) if lines else None
    gone, new = [], []
    for key, line in before["lines"].items():
        if now["lines"].get(key) != line:
            gone.append({**line, "mark": "void"})
    for key, line in now["lines"].items():
        if before["lines"].get(key) != line:
            new.append({**line, "mark": "new"})
    if not gone and not new and (not now["lines"] or before["note"] == now["note"]):
        return None
    return (SlipKind.CHANGED if now["lines"] else SlipKind.VOID), [*gone, *new]


def _line(row: TicketLine) -> dict[str, Any]:
    line = row.line
    return {
        "quantity": line.quantity,
        "name": line.name,
        "modifiers": choice_names(line),
        "allergies": [{"allergen": mark.allergen, "warning": mark.paper} for mark in allergy_marks(line)],
        "note": line.note,
        "seat": line.seat,
    }
