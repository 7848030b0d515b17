"""Parts of a unit of work that touch tickets and routes, run in the transaction of an order or of the menu."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from bistro.core.speed.bulk_insert import insert_rows
from bistro.core.writing.bulk_history import insert_with_history
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from kitchen.editing import rewrite
from kitchen.events import TicketSeen
from kitchen.models import ModifierRoute, Route, Ticket, TicketLine
from kitchen.splitting import split
from kitchen.station_routes import routing_for
from kitchen.ticket_factory import (
    SEEN_FIELDS,
    chosen,
    newest_order,
    require_acknowledgement,
    ticket_line,
    ticket_of,
)
from kitchen.transitions import OPEN_TICKETS, TicketStatus, move_ticket, move_tickets
from kitchen.voiding import take_off
from menu.events import ChoicesCopied, ItemCopied
from menu.steps import menu_in
from orders.events import (
    AllergiesChanged,
    CourseFired,
    LinesMoved,
    LinesVoided,
    OrderEdited,
    OrderEvent,
    OrderMoved,
    OrderPlaced,
    OrderSent,
)
from orders.models import Order, OrderLine
from orders.steps import receive
from orders.transitions import LineStatus, move_line, update_lines

Place = tuple[int, int, int]  # order id, station id, fired course
Unseen = tuple[int, int, datetime | None]  # ticket id, order id, start of its wait for an acknowledgement
NOT_CANCELLED = (*OPEN_TICKETS, TicketStatus.DONE)
Starts = dict[int, datetime]  # order line id: when to start it, if later than now


def open_tickets(events: Sequence[OrderPlaced | CourseFired | OrderSent], work: UnitOfWork) -> None:
    """Open one ticket per order, station and firing, with one insert for each table.

    Locks: ticket, for a course that an edit had withdrawn and that is fired again.
    """
    require_transaction()
    menu = menu_in(work).menu
    routing = routing_for(menu, work.restaurant_id)
    later = [event for event in events if event.course or isinstance(event, OrderSent)]
    emptied = _emptied(later)
    newest = newest_order(work) if later else None
    tickets: dict[Place, Ticket] = {}
    rows: list[tuple[Ticket, OrderLine, datetime | None]] = []
    for event in events:
        starts = landing_together(event.fired, work.now) if menu.restaurant.land_together else {}
        for line in event.fired:
            for station_id in routing.stations_of(line.item_id, chosen(line)):
                place = event.order.pk, station_id, event.course
                if place not in tickets:
                    at = newest if event in later else None
                    tickets[place] = _again(emptied.get(place), at, work) or _new(event, station_id, at, work)
                rows.append((tickets[place], line, starts.get(line.pk)))
    if menu.restaurant.land_together:
        _age_from_first_start(rows)
    insert_rows([ticket for place, ticket in tickets.items() if place not in emptied], deferrable=True)
    insert_rows([ticket_line(*row, routed=routing.is_routed(row[1].item_id)) for row in rows], deferrable=True)


def _new(event: OrderPlaced | CourseFired | OrderSent, station_id: int, place: int | None, work: UnitOfWork) -> Ticket:
    """Return a new ticket. That of an order confirmed while it waited needs an acknowledgement of its own."""
    ticket = ticket_of(event.order, station_id, event.course, place, work)
    if isinstance(event, OrderSent) and event.order.confirmed_at is not None:
        require_acknowledgement(ticket, work)
    return ticket


def landing_together(lines: Iterable[OrderLine], now: datetime) -> Starts:
    """Return when to start each line so that all are finished with the longest one: now + longest − its own time.

    Lines that take longest start at once and are left out.
    """
    minutes = {line.pk: line.prep_minutes for line in lines}
    longest = max(minutes.values(), default=0)
    return {pk: now + timedelta(minutes=longest - own) for pk, own in minutes.items() if own < longest}


def _age_from_first_start(rows: Sequence[tuple[Ticket, OrderLine, datetime | None]]) -> None:
    """Set the age of a ticket whose lines all start later to its first start: no ticket is late before it is due."""
    starts: dict[int, tuple[Ticket, list[datetime | None]]] = {}
    for ticket, _, start_at in rows:
        starts.setdefault(id(ticket), (ticket, []))[1].append(start_at)
    for ticket, moments in starts.values():
        later = [moment for moment in moments if moment is not None]
        if len(later) == len(moments):
            ticket.aged_from = min(later)
            if ticket.pk:
                ticket.save(update_fields=["aged_from"])


def _emptied(events: Sequence[OrderPlaced | CourseFired | OrderSent]) -> dict[Place, Ticket]:
    """Return the tickets that courses had when they were fired before. Orders just placed need no query."""
    found: dict[Place, Ticket] = {}
    for event in events:
        for ticket in Ticket.objects.filter(order=event.order, fired_course=event.course).locked():
            found[event.order.pk, ticket.station_id, event.course] = ticket
    return found


def _again(ticket: Ticket | None, place: int | None, work: UnitOfWork) -> Ticket | None:
    """Reopen an emptied ticket, not yet seen, at a new place."""
    if ticket is not None:
        move_ticket(ticket, TicketStatus.QUEUED)
        ticket.fired_at, ticket.place = work.now, place
        require_acknowledgement(ticket, work)
        ticket.alert_at = ticket.voided = ticket.aged_from = ticket.held_at = None
        ticket.version += 1
        anew = ["alert_at", "voided", "aged_from", "held_at"]
        ticket.save(update_fields=["status", "fired_at", "place", "version", *anew, *SEEN_FIELDS])
    return ticket


def rewrite_tickets(events: Sequence[OrderEdited], work: UnitOfWork) -> None:
    """Apply an edit to the tickets of an order that nobody has started (`kitchen.editing`). Locks: ticket."""
    require_transaction()
    menu = menu_in(work).menu
    routing = routing_for(menu, work.restaurant_id)
    for event in events:
        rewrite(event, menu, routing, work)


def void_on_tickets(events: Sequence[LinesVoided], work: UnitOfWork) -> None:
    """Take voided lines off the tickets of their orders (`kitchen.voiding`). Locks: ticket."""
    require_transaction()
    for event in events:
        take_off(event, work)


def mark_allergies(events: Sequence[AllergiesChanged], work: UnitOfWork) -> None:
    """Mark lines with other allergies on open tickets. A cook who knows of the ticket must read the change.

    Locks: ticket.
    """
    require_transaction()
    changed = {line for event in events for line in event.changed}
    rows = TicketLine.objects.filter(line__in=changed)
    tickets = Ticket.objects.filter(pk__in=rows.values("ticket")).open()
    found = list(tickets.locked())
    received = {event.order.pk for event in events if event.order.confirmed_at is not None}
    known = [ticket.pk for ticket in found if ticket.seen_at or ticket.order_id in received]
    rows.filter(ticket__in=[ticket.pk for ticket in found]).update(changed=True)
    Ticket.objects.filter(pk__in=known, alert_at=None).update(alert_at=work.now)
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in found]).update(version=F("version") + 1)


def relabel_tickets(events: Sequence[OrderMoved], work: UnitOfWork) -> None:
    """Raise the version of tickets whose orders moved, because screens show the table on them. Locks: ticket."""
    require_transaction()
    orders = [event.order.pk for event in events]
    tickets = list(Ticket.objects.filter(order__in=orders).open().locked().values_list("pk", flat=True))
    Ticket.objects.filter(pk__in=tickets).update(version=F("version") + 1)


def split_tickets(events: Sequence[LinesMoved], work: UnitOfWork) -> None:
    """Give the places of moved lines on tickets to their new order (`kitchen.splitting`). Locks: ticket."""
    require_transaction()
    for event in events:
        split(event, work)


def close_tickets(events: Sequence[OrderEvent], work: UnitOfWork) -> None:
    """Close the tickets of a cancelled or withdrawn order.

    Tickets that a cook has seen stay until the cancellation is acknowledged. Locks: ticket.
    """
    require_transaction()
    orders = [event.order.pk for event in events]
    rows = list(Ticket.objects.filter(order_id__in=orders).exclude(status=TicketStatus.CANCELLED).locked())
    had = {event.order.pk for event in events if event.order.confirmed_at is not None}
    known = [row.pk for row in rows if row.status in OPEN_TICKETS and (row.seen_at or row.order_id in had)]
    Ticket.objects.filter(pk__in=known).update(alert_at=work.now)
    closing = Ticket.objects.filter(pk__in=[ticket.pk for ticket in rows])
    move_tickets(closing, NOT_CANCELLED, TicketStatus.CANCELLED, held_at=None, version=F("version") + 1)


def set_lines(ticket: Ticket, lines: Iterable[TicketLine], status: str, work: UnitOfWork) -> None:
    """Set the status of lines of a locked ticket.

    A line that is not done loses its tick on the pass at all its stations.
    """
    require_transaction()
    done_at = work.now if status == LineStatus.DONE else None
    rows = list(lines)
    before = {row.status for row in rows}
    brought_back = [row.line_id for row in rows if row.status == LineStatus.DONE and done_at is None]
    if brought_back:
        TicketLine.objects.filter(line_id__in=brought_back, plated_at__isnull=False).update(plated_at=None)
    changes: dict[str, object] = {"done_at": done_at} if done_at else {"done_at": None, "plated_at": None}
    for row in rows:
        move_line(row, status)
        for name, value in changes.items():
            setattr(row, name, value)
    update_lines(TicketLine.objects.filter(pk__in=[row.pk for row in rows]), before, status, **changes)


def mark_seen(found: Sequence[Unseen], work: UnitOfWork, *, screen: str) -> int:
    """Record that tickets were displayed or printed; confirms their orders and ends alarms.

    Tickets of these orders at other stations then need their own acknowledgement. `found` holds `(ticket id, order id,
    awaited since)` as read before any lock. Returns the number of tickets seen for the first time. Locks: order,
    ticket.
    """
    require_transaction()
    orders = Order.objects.of_restaurant(work.restaurant_id).filter(pk__in={order_id for _, order_id, _ in found})
    list(orders.locked().values_list("pk"))
    unseen = Ticket.objects.filter(pk__in=[pk for pk, _, _ in found], seen_at=None)
    late = [pk for pk, _, awaited_since in found if awaited_since is not None]
    ringing = list(unseen.filter(pk__in=late, unseen_at__isnull=False).values_list("pk", flat=True)) if late else []
    count: int = unseen.update(seen_at=work.now, seen_on=screen[:80])
    kept = orders.filter(withdrawn_at=None).with_lines().order_by("pk")
    received = [order.pk for order in kept if receive(order, work, screen=screen)]
    if received:
        elsewhere = Ticket.objects.filter(order__in=received, seen_at=None, awaited_since=None)
        elsewhere.update(awaited_since=work.now)
    for ticket in Ticket.objects.filter(pk__in=ringing).with_lines().order_by("pk") if ringing else ():
        work.record(TicketSeen(ticket=ticket))
    return count


def route_copies(events: Sequence[ChoicesCopied], work: UnitOfWork) -> None:
    """Give copies of choices the routes of their originals."""
    require_transaction()
    for event in events:
        routes = ModifierRoute.objects.of_restaurant(work.restaurant_id).filter(modifier__in=set(event.copies.values()))
        stations: dict[int, list[int]] = {}
        for modifier_id, station_id in routes.values_list("modifier_id", "station_id"):
            stations.setdefault(modifier_id, []).append(station_id)
        copied = [
            ModifierRoute(restaurant_id=work.restaurant_id, station_id=station_id, modifier_id=copy)
            for copy, of in event.copies.items()
            for station_id in stations.get(of, ())
        ]
        insert_with_history(copied, work)


def route_copied_items(events: Sequence[ItemCopied], work: UnitOfWork) -> None:
    """Give copies of dishes the stations of their originals."""
    require_transaction()
    for event in events:
        routes = Route.objects.of_restaurant(work.restaurant_id).filter(item=event.item_id)
        stations = routes.values_list("station_id", flat=True)
        copied = [Route(restaurant_id=work.restaurant_id, station_id=pk, item_id=event.copy_id) for pk in stations]
        insert_with_history(copied, work)
