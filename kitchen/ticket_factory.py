"""Rows of the kitchen, as every step makes them anew."""

from datetime import datetime

from bistro.core.speed.bulk_insert import new_row
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Ticket, TicketLine
from orders.models import Order, OrderLine

SEEN_FIELDS = ("seen_at", "seen_on", "awaited_since", "unseen_at")  # whether anybody has seen a ticket


def chosen(line: OrderLine) -> list[int]:
    """The ids of a line's modifiers."""
    return [modifier["id"] for modifier in line.modifiers]


def ticket_of(order: Order, station_id: int, fired_course: int, work: UnitOfWork) -> Ticket:
    """A new ticket, not saved. That of a course fired later has to be seen by itself."""
    return new_row(
        Ticket,
        restaurant_id=order.restaurant_id,
        order=order,
        station_id=station_id,
        fired_at=work.now,
        fired_course=fired_course,
        awaited_since=work.now if fired_course else None,
    )


def ticket_line(
    ticket: Ticket, line: OrderLine, start_at: datetime | None = None, *, routed: bool = True
) -> TicketLine:
    """A new line of a ticket, not saved."""
    return new_row(
        TicketLine,
        restaurant_id=line.restaurant_id,
        ticket=ticket,
        line=line,
        start_at=start_at,
        unrouted=not routed,
    )


def unseen_from(now: datetime) -> dict[str, object]:
    """Nobody has seen a ticket yet, and somebody must."""
    return dict(zip(SEEN_FIELDS, (None, "", now, None), strict=True))


def require_acknowledgement(ticket: Ticket, work: UnitOfWork) -> None:
    """It came after its order, or came back from nothing: it is to be seen by itself. Not saved."""
    for name, value in unseen_from(work.now).items():
        setattr(ticket, name, value)
