"""Parts of a unit of work that touch tickets: what the kitchen does in the same breath as an order changes."""

from collections.abc import Iterable, Sequence

from django.db.models import F

from bistro.core.inserting import insert_rows, new_row
from bistro.core.unit_of_work import UnitOfWork, require_transaction
from kitchen.models import Ticket, TicketLine
from kitchen.stations import Routing, routing_for
from kitchen.transitions import OPEN_TICKETS, TicketStatus
from menu.steps import menu_in
from orders.events import CourseFired, OrderEdited, OrderEvent, OrderPlaced
from orders.models import Order, OrderLine
from orders.transitions import LineStatus

Place = tuple[int, int, int]  # order, station, fired course


def open_tickets(events: Sequence[OrderPlaced | CourseFired], work: UnitOfWork) -> None:
    """One ticket per order, station and firing, inside the transaction that fired the lines. One insert a table.

    Locks: ticket, for a course that an edit had taken back and that is fired again.
    """
    require_transaction()
    routing = routing_for(menu_in(work).menu, work.restaurant_id)
    emptied = _emptied([event for event in events if event.course])
    tickets: dict[Place, Ticket] = {}
    rows: list[tuple[Ticket, OrderLine]] = []
    for event in events:
        for line in event.fired:
            place = event.order.pk, routing.station_of(line.item_id), event.course
            if place not in tickets:
                tickets[place] = _again(emptied.get(place), work) or _ticket(event.order, *place[1:], work)
            rows.append((tickets[place], line))
    insert_rows([ticket for place, ticket in tickets.items() if place not in emptied])
    _add_lines(rows)


def _emptied(events: Sequence[OrderPlaced | CourseFired]) -> dict[Place, Ticket]:
    """Tickets that courses had when they were fired before. No query for orders that are just placed."""
    found: dict[Place, Ticket] = {}
    for event in events:
        for ticket in Ticket.objects.filter(order=event.order, fired_course=event.course).locked():
            found[event.order.pk, ticket.station_id, event.course] = ticket
    return found


def _again(ticket: Ticket | None, work: UnitOfWork) -> Ticket | None:
    """An emptied ticket opens once more, and nobody has seen it yet."""
    if ticket is not None:
        ticket.status, ticket.fired_at = TicketStatus.QUEUED, work.now
        ticket.seen_at, ticket.seen_on = None, ""
        ticket.version += 1
        ticket.save(update_fields=["status", "fired_at", "seen_at", "seen_on", "version"])
    return ticket


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
            ticket.status = TicketStatus.CANCELLED if empty else TicketStatus.QUEUED
            ticket.version += 1
            ticket.save(update_fields=["status", "version"])


def _place_lines(
    event: OrderEdited, routing: Routing, tickets: dict[tuple[int, int], Ticket], work: UnitOfWork
) -> None:
    """Each line onto its ticket, {(station, fired course): ticket}; lines of a course on hold stand on none."""
    fired_later = {course for (_, course), ticket in tickets.items() if ticket.status in OPEN_TICKETS} - {0}
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
            ticket = tickets[place] = _ticket(event.order, *place, work)
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


def _ticket(order: Order, station_id: int, fired_course: int, work: UnitOfWork) -> Ticket:
    return new_row(
        Ticket,
        restaurant_id=order.restaurant_id,
        order=order,
        station_id=station_id,
        fired_at=work.now,
        fired_course=fired_course,
    )


def _add_lines(rows: Iterable[tuple[Ticket, OrderLine]]) -> None:
    insert_rows(
        [new_row(TicketLine, restaurant_id=line.restaurant_id, ticket=ticket, line=line) for ticket, line in rows]
    )


def set_lines(ticket: Ticket, lines: Iterable[TicketLine], status: str, work: UnitOfWork) -> None:
    """Set the status of lines of a locked ticket."""
    require_transaction()
    done_at = work.now if status == LineStatus.DONE else None
    chosen = list(lines)
    for row in chosen:
        row.status, row.done_at = status, done_at
    TicketLine.objects.filter(pk__in=[row.pk for row in chosen]).update(status=status, done_at=done_at)
