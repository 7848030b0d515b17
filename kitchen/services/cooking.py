"""Start, bump, recall, push. The order's lock answers "am I the last ticket?", one UPDATE decides who was first."""

from bistro.core.actors import Actor
from bistro.core.errors import InvalidInput, LostRace, NotYours
from bistro.core.roles import Act
from bistro.core.transitions import require_move
from bistro.core.unit_of_work import UnitOfWork
from kitchen.events import TicketBumped, TicketEvent, TicketLineBumped, TicketPushed, TicketRecalled, TicketStarted
from kitchen.models import Station, Ticket, TicketLine
from kitchen.steps import set_lines
from kitchen.transitions import OPEN_TICKETS, TICKET_MOVES, TicketStatus
from orders import steps as order_steps
from orders.models import Order, OrderLine
from orders.transitions import LineStatus


def start_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """A cook begins a ticket. Begun already: unchanged.

    Locks: order, ticket. Raises NotPermitted, NotYours, LostRace when already bumped, IllegalTransition when the order
    is over.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = _locked(ticket_id, work)
        if ticket.status == TicketStatus.STARTED:
            return ticket
        order_steps.refuse_over(order)
        if ticket.status == TicketStatus.DONE:
            raise LostRace("This ticket was already bumped.")  # only a recall brings it back, and its order with it
        require_move(TICKET_MOVES, ticket.status, TicketStatus.STARTED, what="This ticket")
        _save(ticket, status=TicketStatus.STARTED, started_at=work.now)
        waiting = [row for row in ticket.lines.all() if row.status == LineStatus.QUEUED]
        set_lines(ticket, waiting, LineStatus.STARTED, work)
        order_steps.begin(order, _order_lines(order, waiting), work)
        work.record(TicketStarted(ticket=ticket))
    return ticket


def bump_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """A cook is done with a ticket; the last one makes the order ready.

    Locks: order, ticket. Raises LostRace when already bumped, IllegalTransition when the order is over,
    NotPermitted, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = _locked(ticket_id, work)
        order_steps.refuse_over(order)
        _claim(ticket, work)
        undone = [row for row in ticket.lines.all() if row.status != LineStatus.DONE]
        set_lines(ticket, undone, LineStatus.DONE, work)
        _finish(order, ticket, undone, work)
        work.record(TicketBumped(ticket=ticket))
    return ticket


def bump_line(*, line_id: int, actor: Actor) -> Ticket:
    """A cook is done with one line of a ticket; the last line bumps the ticket.

    Locks: order, ticket. Raises LostRace when already bumped, IllegalTransition, NotPermitted, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = _locked(_ticket_of_line(line_id, work), work)
        order_steps.refuse_over(order)
        row = next(row for row in ticket.lines.all() if row.pk == line_id)
        if row.status == LineStatus.DONE:
            raise LostRace("This line was already bumped.")
        set_lines(ticket, [row], LineStatus.DONE, work)
        event: type[TicketEvent] = TicketLineBumped
        if all(other.status == LineStatus.DONE for other in ticket.lines.all()):
            _claim(ticket, work)
            event = TicketBumped
        elif ticket.status == TicketStatus.QUEUED:
            _save(ticket, status=TicketStatus.STARTED, started_at=work.now)
        else:
            _save(ticket)
        _finish(order, ticket, [row], work)
        work.record(event(ticket=ticket))
    return ticket


def recall_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Bring a bumped ticket back to its old place, all its lines with it; a ready order is being prepared again.

    Locks: order, ticket. Raises LostRace when it is not bumped, IllegalTransition once delivered, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = _locked(ticket_id, work)
        order_steps.refuse_over(order)
        if ticket.status != TicketStatus.DONE:
            raise LostRace("This ticket is not bumped.")
        _reopen(ticket, work)
        rows = list(ticket.lines.all())
        set_lines(ticket, rows, LineStatus.STARTED, work)
        order_steps.bring_back(order, _order_lines(order, rows), work)
        work.record(TicketRecalled(ticket=ticket))
    return ticket


def recall_line(*, line_id: int, actor: Actor) -> Ticket:
    """Bring one bumped line back, and its ticket with it when that was bumped.

    Locks: order, ticket. Raises LostRace when it is not bumped, IllegalTransition once delivered, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = _locked(_ticket_of_line(line_id, work), work)
        order_steps.refuse_over(order)
        row = next(row for row in ticket.lines.all() if row.pk == line_id)
        if row.status != LineStatus.DONE:
            raise LostRace("This line is not bumped.")
        if ticket.status == TicketStatus.DONE:
            _reopen(ticket, work)
        else:
            _save(ticket)
        set_lines(ticket, [row], LineStatus.STARTED, work)
        order_steps.bring_back(order, _order_lines(order, [row]), work)
        work.record(TicketRecalled(ticket=ticket))
    return ticket


def push_ticket(*, ticket_id: int, station_id: int, actor: Actor) -> Ticket:
    """Send an open ticket to another station. Where that station has a ticket of the order, the lines join it.

    Locks: order, ticket. Raises InvalidInput for an unknown station, IllegalTransition, NotPermitted, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = _locked(ticket_id, work)
        order_steps.refuse_over(order)
        if ticket.status not in OPEN_TICKETS:
            raise LostRace("This ticket is not open any more.")
        station = Station.objects.visible_to(actor).not_archived().filter(pk=station_id).first()
        if station is None or station.pk == ticket.station_id:
            raise InvalidInput("Choose another station.", fields={"station": ["Not another station of this kitchen."]})
        came_from = ticket.station.name
        same_firing = Ticket.objects.filter(order=order, station=station, fired_course=ticket.fired_course)
        other = same_firing.with_lines().first()
        if other is None:
            ticket.station = station
            _save(ticket, station=station)
            work.record(TicketPushed(ticket=ticket, from_station=came_from))
            return ticket
        return _join(ticket, other, came_from, work)


def _join(ticket: Ticket, other: Ticket, came_from: str, work: UnitOfWork) -> Ticket:
    """Move a ticket's lines to the order's ticket at another station. That one opens again if it was done or had been
    emptied, and is cooking if either was."""
    TicketLine.objects.filter(ticket=ticket).update(ticket=other)
    cooking = ticket.status == TicketStatus.STARTED
    _save(ticket, status=TicketStatus.CANCELLED)
    if other.status == TicketStatus.CANCELLED:
        _save(other, status=TicketStatus.QUEUED)
    if other.status == TicketStatus.DONE or cooking:
        _reopen(other, work)
    else:
        _save(other)
    work.record(TicketPushed(ticket=_read(ticket.pk), from_station=came_from))
    joined = _read(other.pk)
    work.record(TicketPushed(ticket=joined, from_station=came_from))
    return joined


def _read(ticket_id: int) -> Ticket:
    return Ticket.objects.with_lines().get(pk=ticket_id)


def _locked(ticket_id: int, work: UnitOfWork) -> tuple[Order, Ticket]:
    """The ticket and its order, locked in the global order: order, then ticket."""
    rows = Ticket.objects.within_reach_of(work.actor).filter(pk=ticket_id)
    order_id = rows.values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotYours("There is no such ticket.", code="ticket_not_found")
    order = order_steps.locked_order(order_id, work)
    list(Ticket.objects.filter(pk=ticket_id).locked().values_list("pk"))
    return order, _read(ticket_id)


def _ticket_of_line(line_id: int, work: UnitOfWork) -> int:
    rows = TicketLine.objects.visible_to(work.actor).filter(pk=line_id)
    ticket_id: int | None = rows.values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        raise NotYours("There is no such ticket line.", code="ticket_line_not_found")
    return ticket_id


def _claim(ticket: Ticket, work: UnitOfWork) -> None:
    """One UPDATE decides who bumped first; right without row locks too."""
    label = work.actor.label[:120]
    rows = Ticket.objects.filter(pk=ticket.pk, status__in=OPEN_TICKETS)
    if rows.update(status=TicketStatus.DONE, done_at=work.now, done_by=label, version=ticket.version + 1) != 1:
        raise LostRace("This ticket was already bumped.")
    ticket.status, ticket.done_at, ticket.done_by = TicketStatus.DONE, work.now, label
    ticket.version += 1


def _reopen(ticket: Ticket, work: UnitOfWork) -> None:
    started_at = ticket.started_at or work.now
    _save(ticket, status=TicketStatus.STARTED, done_at=None, done_by="", started_at=started_at)


def _save(ticket: Ticket, **fields: object) -> None:
    for name, value in fields.items():
        setattr(ticket, name, value)
    ticket.version += 1
    ticket.save(update_fields=[*fields, "version"])


def _finish(order: Order, ticket: Ticket, rows: list[TicketLine], work: UnitOfWork) -> None:
    """Tell the order which of its lines are made everywhere, and whether that was the firing's last ticket."""
    made = {row.line_id for row in rows}
    elsewhere = TicketLine.objects.filter(line_id__in=made).exclude(status=LineStatus.DONE)
    made -= set(elsewhere.values_list("line_id", flat=True))
    open_left = Ticket.objects.filter(order=order, fired_course=ticket.fired_course, status__in=OPEN_TICKETS).exists()
    lines = [line for line in order.lines.all() if line.pk in made]
    order_steps.finish(order, lines, work, all_done=not open_left)


def _order_lines(order: Order, rows: list[TicketLine]) -> list[OrderLine]:
    wanted = {row.line_id for row in rows}
    return [line for line in order.lines.all() if line.pk in wanted]
