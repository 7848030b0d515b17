"""Parts of a unit of work that touch tickets: what the kitchen does in the same breath as an order changes."""

from collections.abc import Iterable, Sequence

from django.db.models import F

from bistro.core.unit_of_work import UnitOfWork, require_transaction
from kitchen.models import Ticket, TicketLine
from kitchen.stations import Routing, routing_for
from kitchen.transitions import TicketStatus
from menu.steps import menu_in
from orders.events import CourseFired, OrderEdited, OrderEvent, OrderPlaced
from orders.models import Order, OrderLine
from orders.transitions import LineStatus


def open_tickets(events: Sequence[OrderPlaced | CourseFired], work: UnitOfWork) -> None:
    """One ticket per order, station and firing, inside the transaction that fired the lines. One insert a table."""
    require_transaction()
    routing = routing_for(menu_in(work).menu, work.restaurant_id)
    tickets: dict[tuple[int, int, int], Ticket] = {}
    rows: list[tuple[Ticket, OrderLine]] = []
    for event in events:
        for line in event.fired:
            place = event.order.pk, routing.station_of(line.item_id), event.course
            if place not in tickets:
                tickets[place] = _ticket(event.order, place[1], work, fired_course=event.course)
            rows.append((tickets[place], line))
    Ticket.objects.bulk_create(tickets.values())
    _add_lines(rows)


def rewrite_tickets(events: Sequence[OrderEdited], work: UnitOfWork) -> None:
    """An edit before anybody began: lines move between stations, changed ones are marked, empty tickets close.

    Removed lines took their ticket lines with them (cascade). Locks: ticket.
    """
    require_transaction()
    routing = routing_for(menu_in(work).menu, work.restaurant_id)
    for event in events:
        rows = Ticket.objects.filter(order=event.order).locked()
        tickets = {(ticket.station_id, ticket.fired_course): ticket for ticket in rows}
        _place_lines(event, routing, tickets, work)
        for ticket in tickets.values():
            empty = not ticket.lines.exists()
            if empty and ticket.fired_course:  # its course is on hold again, or gone: firing it opens a new one
                ticket.delete()
                continue
            ticket.status = TicketStatus.CANCELLED if empty else TicketStatus.QUEUED
            ticket.version += 1
            ticket.save(update_fields=["status", "version"])


def _place_lines(
    event: OrderEdited, routing: Routing, tickets: dict[tuple[int, int], Ticket], work: UnitOfWork
) -> None:
    """Each line onto its ticket, {(station, fired course): ticket}; lines of a course on hold stand on none."""
    fired_later = {course for _, course in tickets} - {0}
    marks = {*event.changed, *event.added}
    rows = TicketLine.objects.filter(ticket__order=event.order).select_related("ticket")
    present = {row.line_id: row for row in rows}
    for line in event.lines:
        if line.status == LineStatus.HELD:
            if line.pk in present:
                present[line.pk].delete()
            continue
        station_id = routing.station_of(line.item_id)
        if line.pk in present and line.pk not in event.other_dish:  # stays where it is: a cook may have pushed it there
            station_id = present[line.pk].ticket.station_id
        place = station_id, line.course if line.course in fired_later else 0
        ticket = tickets.get(place)
        if ticket is None:
            ticket = tickets[place] = _ticket(event.order, station_id, work, fired_course=place[1])
            ticket.save()
        row = present.get(line.pk) or TicketLine(restaurant_id=event.order.restaurant_id, line=line)
        row.ticket = ticket
        row.changed = row.changed or line.pk in marks
        row.save()


def close_tickets(events: Sequence[OrderEvent], work: UnitOfWork) -> None:
    """A cancelled or withdrawn order leaves the kitchen. Locks: ticket."""
    require_transaction()
    orders = [event.order.pk for event in events]
    rows = Ticket.objects.filter(order_id__in=orders).exclude(status=TicketStatus.CANCELLED).locked()
    closing = Ticket.objects.filter(pk__in=[ticket.pk for ticket in rows])
    closing.update(status=TicketStatus.CANCELLED, version=F("version") + 1)


def _ticket(order: Order, station_id: int, work: UnitOfWork, *, fired_course: int) -> Ticket:
    return Ticket(
        restaurant_id=order.restaurant_id,
        order=order,
        station_id=station_id,
        fired_at=work.now,
        fired_course=fired_course,
    )


def _add_lines(rows: Iterable[tuple[Ticket, OrderLine]]) -> None:
    TicketLine.objects.bulk_create(
        [TicketLine(restaurant_id=line.restaurant_id, ticket=ticket, line=line) for ticket, line in rows]
    )


def set_lines(ticket: Ticket, lines: Iterable[TicketLine], status: str, work: UnitOfWork) -> None:
    """Set the status of lines of a locked ticket."""
    require_transaction()
    done_at = work.now if status == LineStatus.DONE else None
    chosen = list(lines)
    for row in chosen:
        row.status, row.done_at = status, done_at
    TicketLine.objects.filter(pk__in=[row.pk for row in chosen]).update(status=status, done_at=done_at)
