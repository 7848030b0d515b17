"""Sending a ticket, or one line of it, to another station."""

from collections.abc import Sequence
from typing import Any

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.events import TicketBumped, TicketPushed
from kitchen.models import Station, Ticket, TicketLine
from kitchen.services.tickets import (
    claim,
    finish,
    locked_line,
    locked_ticket,
    read_ticket,
    reopen,
    require_open,
    require_read,
    save,
)
from kitchen.ticket_factory import unseen_from
from kitchen.transitions import TicketStatus
from orders import steps as order_steps
from orders.models import Order
from orders.transitions import LineStatus, OrderStatus


def push_ticket(*, ticket_id: int, station_id: int, actor: Actor) -> Ticket:
    """Send an open ticket to another station. Where that station has a ticket of the order, the lines join it.

    Locks: order, ticket. Raises InvalidInput for an unknown station, LostRace when it is not open, IllegalTransition,
    NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        require_open(ticket)
        station, came_from = _other_station(ticket, station_id, actor), ticket.station.name
        other = _ticket_there(order, ticket, station)
        if other is None:
            save(ticket, station=station, **_to_be_seen(order, work))
            work.record(TicketPushed(ticket=ticket, from_station=came_from))
            return ticket
        return _join(order, ticket, other, came_from, work)


def push_line(*, line_id: int, station_id: int, actor: Actor) -> Ticket:
    """Send one unfinished line to another station: onto the order's ticket there, or a new one of the same age. What is
    left behind is done when all of it was, and gone when nothing is. Returns the ticket that has the line now.

    Locks: order, ticket. Raises InvalidInput for an unknown station, LostRace when line or ticket is done or changes
    are unread, IllegalTransition, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket, row = locked_line(line_id, work)
        order_steps.refuse_over(order)
        require_open(ticket)
        require_read(ticket)
        if row.status == LineStatus.DONE:
            raise LostRace("This line was already bumped.")
        station, came_from = _other_station(ticket, station_id, actor), ticket.station.name
        other = _ticket_there(order, ticket, station) or _twin(order, ticket, station, work)
        _open_again(order, other, work, cooking=row.status == LineStatus.STARTED)
        _hand_over([row], other)
        _leave(order, read_ticket(ticket.pk), came_from, work)
        joined = read_ticket(other.pk)
        work.record(TicketPushed(ticket=joined, from_station=came_from))
    return joined


def _other_station(ticket: Ticket, station_id: int, actor: Actor) -> Station:
    station = Station.objects.visible_to(actor).not_archived().filter(pk=station_id).first()
    if station is None or station.pk == ticket.station_id:
        raise InvalidInput("Choose another station.", fields={"station": ["Not another station of this kitchen."]})
    return station


def _ticket_there(order: Order, ticket: Ticket, station: Station) -> Ticket | None:
    rows = Ticket.objects.filter(order=order, station=station, fired_course=ticket.fired_course)
    list(rows.locked().values_list("pk"))
    return rows.with_lines().first()


def _to_be_seen(order: Order, work: UnitOfWork) -> dict[str, Any]:
    """So that somebody at the other station sees it. Until the kitchen has the order, its own alarm rings."""
    return {} if order.status == OrderStatus.PLACED else unseen_from(work.now)


def _twin(order: Order, ticket: Ticket, station: Station, work: UnitOfWork) -> Ticket:
    """A new ticket at another station, of the same order, firing and age."""
    return Ticket.objects.create(
        restaurant_id=ticket.restaurant_id,
        order_id=ticket.order_id,
        station=station,
        fired_at=ticket.fired_at,
        fired_course=ticket.fired_course,
        aged_from=ticket.aged_from,
        **_to_be_seen(order, work),
    )


def _join(order: Order, ticket: Ticket, other: Ticket, came_from: str, work: UnitOfWork) -> Ticket:
    """Move a ticket's lines to the order's ticket at another station."""
    cooking = ticket.status == TicketStatus.STARTED
    _open_again(order, other, work, cooking=cooking)
    _hand_over(list(ticket.lines.all()), other)
    if ticket.alert_at is not None:  # unread changes go with the lines
        save(other, alert_at=ticket.alert_at, voided=[*(other.voided or []), *(ticket.voided or [])] or None)
    save(ticket, status=TicketStatus.CANCELLED, alert_at=None, voided=None, held_at=None)
    work.record(TicketPushed(ticket=read_ticket(ticket.pk), from_station=came_from))
    joined = read_ticket(other.pk)
    work.record(TicketPushed(ticket=joined, from_station=came_from))
    return joined


def _open_again(order: Order, other: Ticket, work: UnitOfWork, *, cooking: bool) -> None:
    """It opens again if it was done or had been emptied, and is cooking if either was. Work that comes ends a hold, and
    the way back to how it was before a bump."""
    if other.status == TicketStatus.CANCELLED:
        save(other, status=TicketStatus.QUEUED, **_to_be_seen(order, work))
    if other.status == TicketStatus.DONE or (cooking and other.status == TicketStatus.QUEUED):
        reopen(other, work, held_at=None)
    else:
        save(other, held_at=None, before_done=None)


def _hand_over(rows: Sequence[TicketLine], other: Ticket) -> None:
    """A line that the other station makes as well is not made there twice. Where it is done with its own part, the part
    that comes takes its place: else no open ticket would have the dish, and nobody finish it."""
    there = {row.line_id: row for row in TicketLine.objects.filter(ticket=other)}
    gone: list[int] = []
    come: list[int] = []
    for row in rows:
        own = there.get(row.line_id)
        comes = own is None or (own.status == LineStatus.DONE and row.status != LineStatus.DONE)
        (come if comes else gone).append(row.pk)
        if own is not None and comes:
            gone.append(own.pk)
    TicketLine.objects.filter(pk__in=gone).delete()
    TicketLine.objects.filter(pk__in=come).update(ticket=other)


def _leave(order: Order, ticket: Ticket, came_from: str, work: UnitOfWork) -> None:
    """What becomes of the ticket that a line left."""
    rows = list(ticket.lines.all())
    if not rows:
        save(ticket, status=TicketStatus.CANCELLED, held_at=None)
    elif all(row.status == LineStatus.DONE for row in rows):
        claim(ticket, work, finished={})
        finish(order, ticket, [], work)
        work.record(TicketBumped(ticket=ticket))
        return
    else:
        save(ticket)
    work.record(TicketPushed(ticket=ticket, from_station=came_from))
