"""The effect of an order's edit on its tickets. A line keeps its identity: it changes, and is never cooked twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bistro.core.speed.bulk_insert import insert_rows
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Ticket, TicketLine
from kitchen.station_routes import Routing
from kitchen.ticket_factory import (
    SEEN_FIELDS,
    chosen,
    newest_order,
    require_acknowledgement,
    ticket_line,
    ticket_of,
)
from kitchen.transitions import OPEN_TICKETS, TicketStatus, move_ticket
from menu.compiled import CompiledMenu
from orders.events import OrderEdited
from orders.models import OrderLine
from orders.transitions import LineStatus

Place = tuple[int, int]  # station, fired course


@dataclass
class Edit:
    """The tickets of an order during a rewrite."""

    event: OrderEdited
    menu: CompiledMenu
    routing: Routing
    work: UnitOfWork
    tickets: dict[Place, Ticket]
    rows: dict[int, list[TicketLine]] = field(default_factory=dict)  # ticket lines of each order line
    opened: set[int] = field(default_factory=set)  # tickets that this edit created
    marked: set[int] = field(default_factory=set)  # existing tickets that this edit changed
    stations: dict[int, tuple[int, ...]] = field(default_factory=dict)  # of each order line that was placed
    placed: list[TicketLine] = field(default_factory=list)  # lines to save, new ones without a key

    @property
    def confirmed(self) -> bool:
        """Return whether the kitchen had received the order.

        Before that, the order's own alarm covers all its tickets.
        """
        return self.event.order.confirmed_at is not None

    @property
    def marks(self) -> set[int]:
        return {*self.event.changed, *self.event.added}


def rewrite(event: OrderEdited, menu: CompiledMenu, routing: Routing, work: UnitOfWork) -> None:
    """Move lines between stations, mark changed ones and close empty tickets.

    Changes to what a cook has seen must be acknowledged: `alert_at` is set until then, and `voided` holds the lines
    that are gone. Locks: ticket.
    """
    rows = Ticket.objects.filter(order=event.order).locked()
    edit = Edit(event, menu, routing, work, {(row.station_id, row.fired_course): row for row in rows})
    for row in TicketLine.objects.filter(ticket__order=event.order).select_related("ticket"):
        edit.rows.setdefault(row.line_id, []).append(row)
    _take_away(edit)
    _place_lines(edit)
    _save(edit)


def _take_away(edit: Edit) -> None:
    """Remove lines that are gone, became another dish or wait for a later firing.

    Their tickets note them for the cook.
    """
    waiting = {line.pk for line in edit.event.lines if line.status == LineStatus.HELD}
    gone = {*edit.event.removed, *waiting}
    for line_id in sorted(gone | set(edit.event.other_dish)):
        for row in edit.rows.get(line_id, ()):
            if line_id in gone or row.ticket.station_id not in _stations(edit, line_id):
                row.delete()
            _void(edit, row, line_id)


def _stations(edit: Edit, line_id: int) -> tuple[int, ...]:
    line = next(line for line in edit.event.lines if line.pk == line_id)
    return edit.routing.stations_of(line.item_id, chosen(line))


def _void(edit: Edit, row: TicketLine, line_id: int) -> None:
    """Record on the ticket what a line said before."""
    ticket = edit.tickets[row.ticket.station_id, row.ticket.fired_course]
    was = {name: value for name, value in edit.event.was[line_id].items() if name != "chosen"}
    ticket.voided = [*(ticket.voided or []), {"line": line_id, **was}]
    edit.marked.add(ticket.pk)


def _place_lines(edit: Edit) -> None:
    """Put each line on its tickets. Lines of a held course are on none."""
    fired_later = {course for (_, course), ticket in edit.tickets.items() if ticket.status in OPEN_TICKETS} - {0}
    for line in edit.event.lines:
        if line.status == LineStatus.HELD:
            continue
        rows = {row.ticket.station_id: row for row in edit.rows.get(line.pk, ()) if row.pk}
        course = line.course if line.course in fired_later else 0
        wanted = edit.stations[line.pk] = _wanted(edit, line, rows)
        for station_id in wanted:
            _place(edit, line, (station_id, course), rows.get(station_id))
        for station_id, row in rows.items():
            if station_id not in wanted:
                row.delete()
                _void(edit, row, line.pk)


def _wanted(edit: Edit, line: OrderLine, rows: Mapping[int, TicketLine]) -> tuple[int, ...]:
    """Return the stations of a line.

    A line stays where it is, because a cook may have pushed it there, and more of it goes there too; the stations of
    modifiers change with the modifiers.
    """
    beside = edit.stations.get(edit.event.more_of.get(line.pk, 0))
    if beside:
        return beside
    routed = edit.routing.stations_of(line.item_id, chosen(line))
    if not rows or line.pk in edit.event.other_dish:
        return routed
    had, has = edit.event.was[line.pk]["chosen"], chosen(line)
    by_modifier = edit.routing.by_modifier
    goes = {place for pk in had if pk not in has for place in by_modifier.get(pk, ())}
    comes = [place for pk in has if pk not in had for place in by_modifier.get(pk, ())]
    stays = [station for station in rows if station not in goes or station in routed]
    return tuple(dict.fromkeys((*stays, *comes))) or routed


def _place(edit: Edit, line: OrderLine, place: Place, row: TicketLine | None) -> None:
    ticket = edit.tickets.get(place)
    if ticket is None:
        ticket = ticket_of(edit.event.order, *place, newest_order(edit.work), edit.work)
        edit.tickets[place] = ticket
        if edit.confirmed:
            require_acknowledgement(ticket, edit.work)
        ticket.save()
        edit.opened.add(ticket.pk)
    fresh = ticket.pk in edit.opened
    if row is None:
        row = ticket_line(ticket, line, routed=edit.routing.is_routed(line.item_id))
        row.added = not fresh
    moved = row.ticket_id != ticket.pk
    row.ticket = ticket
    row.changed = row.changed or line.pk in edit.marks
    edit.placed.append(row)
    if not fresh and (line.pk in edit.marks or moved):
        edit.marked.add(ticket.pk)


def _save(edit: Edit) -> None:
    """Save the lines that were placed, and status, alert and version of every ticket.

    A ticket that no cook has seen gets no alert. A reopened empty ticket needs an acknowledgement like a new one.
    """
    TicketLine.objects.bulk_update([row for row in edit.placed if row.pk], ["ticket", "changed"])
    insert_rows([row for row in edit.placed if not row.pk])
    for ticket in edit.tickets.values():
        empty = not ticket.lines.exists()
        was_open = ticket.status in OPEN_TICKETS
        move_ticket(ticket, TicketStatus.CANCELLED if empty else TicketStatus.QUEUED)
        if ticket.pk in edit.marked and was_open and (ticket.seen_at or edit.confirmed):
            ticket.alert_at = ticket.alert_at or edit.work.now
        if ticket.alert_at is None:
            ticket.voided = None
        if empty:
            ticket.held_at = None
        elif not was_open and edit.confirmed:
            require_acknowledgement(ticket, edit.work)
        ticket.version += 1
        ticket.save(update_fields=["status", "alert_at", "voided", "held_at", "version", *SEEN_FIELDS])
