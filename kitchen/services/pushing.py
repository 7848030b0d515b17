"""Sending a ticket, or one line of it, to another station."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

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
    """Send an open ticket to another station. The lines join the order's ticket there, if it has one.

    Locks: order, ticket. Raises InvalidInput for an unknown station, LostRace when not open, IllegalTransition,
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
            save(ticket, station=station, **_require_seen_there(order, work))
            work.record(TicketPushed(ticket=ticket, from_station=came_from))
            return ticket
        return _join(order, ticket, other, came_from, work)


def push_line(*, line_id: int, station_id: int, actor: Actor) -> Ticket:
    """Send one unfinished line to the order's ticket at another station, or to a new one of the same age.

    The source ticket is done when all its lines are, and deleted when it has none. Returns the ticket that has the line
    now. Locks: order, ticket. Raises InvalidInput for an unknown station, LostRace when line or ticket is done or
    changes are unread, IllegalTransition, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket, row = locked_line(line_id, work)
        order_steps.refuse_over(order)
        require_open(ticket)
        require_read(ticket)
        if row.status == LineStatus.DONE:
            raise LostRace(gettext("This line was already bumped."))
        station, came_from = _other_station(ticket, station_id, actor), ticket.station.name
        other = _ticket_there(order, ticket, station) or _create_sibling(order, ticket, station, work)
        _reopen_emptied(order, other, work, cooking=row.status == LineStatus.STARTED)
        _move_line([row], other)
        _settle_source_ticket(order, read_ticket(ticket.pk), came_from, work)
        joined = read_ticket(other.pk)
        work.record(TicketPushed(ticket=joined, from_station=came_from))
    return joined


def _other_station(ticket: Ticket, station_id: int, actor: Actor) -> Station:
    station = Station.objects.visible_to(actor).not_archived().filter(pk=station_id).first()
    if station is None or station.pk == ticket.station_id:
        raise InvalidInput(
            gettext("Choose another station."), fields={"station": [gettext("Not another station of this kitchen.")]}
        )
    return station


def _ticket_there(order: Order, ticket: Ticket, station: Station) -> Ticket | None:
    rows = Ticket.objects.filter(order=order, station=station, fired_course=ticket.fired_course)
    list(rows.locked().values_list("pk"))
    return rows.with_lines().first()


def _require_seen_there(order: Order, work: UnitOfWork) -> dict[str, Any]:
    """Require an acknowledgement by the other station, unless the order's own alarm still covers the ticket."""
    return {} if order.status == OrderStatus.PLACED else unseen_from(work.now)


def _create_sibling(order: Order, ticket: Ticket, station: Station, work: UnitOfWork) -> Ticket:
    """Return a new ticket at another station, of the same order, firing and age."""
    return Ticket.objects.create(
        restaurant_id=ticket.restaurant_id,
        order_id=ticket.order_id,
        station=station,
        fired_at=ticket.fired_at,
        fired_course=ticket.fired_course,
        place=ticket.place,
        aged_from=ticket.aged_from,
        **_require_seen_there(order, work),
    )


def _join(order: Order, ticket: Ticket, other: Ticket, came_from: str, work: UnitOfWork) -> Ticket:
    """Move a ticket's lines to the order's ticket at another station."""
    cooking = ticket.status == TicketStatus.STARTED
    _reopen_emptied(order, other, work, cooking=cooking)
    _move_line(list(ticket.lines.all()), other)
    if ticket.alert_at is not None:  # unread changes move with the lines
        save(other, alert_at=ticket.alert_at, voided=[*(other.voided or []), *(ticket.voided or [])] or None)
    save(ticket, status=TicketStatus.CANCELLED, alert_at=None, voided=None, held_at=None)
    work.record(TicketPushed(ticket=read_ticket(ticket.pk), from_station=came_from))
    joined = read_ticket(other.pk)
    work.record(TicketPushed(ticket=joined, from_station=came_from))
    return joined


def _reopen_emptied(order: Order, other: Ticket, work: UnitOfWork, *, cooking: bool) -> None:
    """Reopen a ticket that was done or emptied.

    The result is being cooked if either ticket was. New work ends a hold and discards the undo of a bump.
    """
    if other.status == TicketStatus.CANCELLED:
        save(other, status=TicketStatus.QUEUED, **_require_seen_there(order, work))
    if other.status == TicketStatus.DONE or (cooking and other.status == TicketStatus.QUEUED):
        reopen(other, work, held_at=None)
    else:
        save(other, held_at=None, before_done=None)


def _move_line(rows: Sequence[TicketLine], other: Ticket) -> None:
    """Move a line, which the other station never makes twice.

    Where that station has finished its own part, the arriving part replaces it: otherwise no open ticket would have the
    dish.
    """
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


def _settle_source_ticket(order: Order, ticket: Ticket, came_from: str, work: UnitOfWork) -> None:
    """Settle the ticket that a line has left: done, deleted or unchanged."""
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
