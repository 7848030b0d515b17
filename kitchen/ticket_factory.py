"""New rows of the kitchen, as every step creates them."""

from datetime import datetime

from bistro.core.speed.bulk_insert import new_row
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Ticket, TicketLine
from orders.models import Order, OrderLine

SEEN_FIELDS = ("seen_at", "seen_on", "awaited_since", "unseen_at")  # the state of a ticket's acknowledgement


def chosen(line: OrderLine) -> list[int]:
    """Return the ids of a line's modifiers."""
    return [modifier["id"] for modifier in line.modifiers]


def newest_order(work: UnitOfWork) -> int | None:
    """Return the id of the restaurant's newest order: a ticket that is opened later takes its place after it."""
    return Order.objects.of_restaurant(work.restaurant_id).order_by("-pk").values_list("pk", flat=True).first()


def ticket_of(order: Order, station_id: int, fired_course: int, place: int | None, work: UnitOfWork) -> Ticket:
    """Return a new ticket, not saved. One of a course fired later needs its own acknowledgement."""
    return new_row(
        Ticket,
        restaurant_id=order.restaurant_id,
        order=order,
        station_id=station_id,
        fired_at=work.now,
        fired_course=fired_course,
        place=place,
        awaited_since=work.now if fired_course else None,
    )


def ticket_line(
    ticket: Ticket, line: OrderLine, start_at: datetime | None = None, *, routed: bool = True
) -> TicketLine:
    """Return a new line of a ticket, not saved."""
    return new_row(
        TicketLine,
        restaurant_id=line.restaurant_id,
        ticket=ticket,
        line=line,
        start_at=start_at,
        unrouted=not routed,
    )


def unseen_from(now: datetime) -> dict[str, object]:
    """Return the fields of a ticket that is not seen yet and must be."""
    return dict(zip(SEEN_FIELDS, (None, "", now, None), strict=True))


def require_acknowledgement(ticket: Ticket, work: UnitOfWork) -> None:
    """Reset the seen-fields so that this ticket needs its own acknowledgement. Does not save."""
    for name, value in unseen_from(work.now).items():
        setattr(ticket, name, value)
