"""Undo and recall of bumps. A ticket returns to its old place."""

from datetime import datetime, timedelta

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.events import TicketBumpUndone, TicketRecalled
from kitchen.models import Ticket, TicketLine
from kitchen.services.tickets import NOT_DONE, locked_line, locked_ticket, order_lines, reopen, save
from kitchen.steps import set_lines
from kitchen.transitions import TicketStatus
from orders import steps as order_steps
from orders.models import Order, OrderLine
from orders.transitions import LineStatus

UNDO = timedelta(seconds=10)  # the page offers the undo for three; the rest allows for a slow connection


def recall_ticket(*, ticket_id: int, actor: Actor, restart_timer: bool = False) -> Ticket:
    """Recall a bumped ticket with all its lines; a ready order is being prepared again.

    `restart_timer` starts its age from now. Locks: order, ticket. Raises LostRace when not bumped, IllegalTransition
    once delivered, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        if ticket.status != TicketStatus.DONE:
            raise LostRace(gettext("This ticket is not bumped."))
        aged_from = work.now if restart_timer else ticket.aged_from
        reopen(ticket, work, recalls=ticket.recalls + 1, recalled_at=work.now, aged_from=aged_from)
        rows = list(ticket.lines.all())
        set_lines(ticket, rows, LineStatus.STARTED, work)
        order_steps.bring_back(order, order_lines(order, rows), work)
        work.record(TicketRecalled(ticket=ticket))
    return ticket


def recall_line(*, line_id: int, actor: Actor) -> Ticket:
    """Recall one bumped line, and its ticket when that was bumped.

    Locks: order, ticket. Raises LostRace when not bumped, IllegalTransition once delivered, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket, row = locked_line(line_id, work)
        order_steps.refuse_over(order)
        if row.status != LineStatus.DONE:
            raise LostRace(gettext("This line is not bumped."))
        if ticket.status == TicketStatus.DONE:
            reopen(ticket, work, recalls=ticket.recalls + 1, recalled_at=work.now)
        else:
            save(ticket, before_done=None)
        set_lines(ticket, [row], LineStatus.STARTED, work)
        order_steps.bring_back(order, order_lines(order, [row]), work)
        work.record(TicketRecalled(ticket=ticket))
    return ticket


def undo_bump(*, ticket_id: int, actor: Actor) -> Ticket:
    """Undo an accidental bump: what it finished returns to its earlier state, what was done before stays done.

    Unlike a recall it is not counted and keeps the ticket's age. The order stays in preparation, even where this bump
    was the first work on it, because no order moves back from there. Locks: order, ticket. Raises LostRace when not
    bumped or ten seconds have passed (`too_late_to_undo`), IllegalTransition once delivered, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        if ticket.status != TicketStatus.DONE or ticket.done_at is None:
            raise LostRace(gettext("This ticket is not bumped."))
        _undo(order, ticket, ticket.done_at, work)
    return ticket


def undo_line(*, line_id: int, actor: Actor) -> Ticket:
    """Undo the bump of one line, with everything that the same action finished.

    Locks: order, ticket. Raises LostRace when not bumped, ten seconds have passed or something else of the ticket was
    done since (`too_late_to_undo`), IllegalTransition once delivered, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket, row = locked_line(line_id, work)
        order_steps.refuse_over(order)
        if row.status != LineStatus.DONE or row.done_at is None:
            raise LostRace(gettext("This line is not bumped."))
        _undo(order, ticket, row.done_at, work)
    return ticket


def _undo(order: Order, ticket: Ticket, done_at: datetime, work: UnitOfWork) -> None:
    """Undo what was done to a ticket at this instant, unless something was done since."""
    finished = [row for row in ticket.lines.all() if row.done_at == done_at]
    before = ticket.before_done
    if before is not None:
        finished = [row for row in finished if str(row.pk) in before["lines"]]
    in_time = work.now - done_at <= UNDO and (ticket.done_at in (None, done_at))
    if not finished or not in_time:
        raise LostRace(gettext("Too late to undo. Recall the ticket instead."), code="too_late_to_undo")
    if before is None:  # the ticket received lines after the bump, and a queued ticket would hide that they are in work
        before = {"status": TicketStatus.STARTED, "started_at": moment(ticket.started_at or work.now), "held_at": None}
        before["lines"] = {str(row.pk): LineStatus.STARTED for row in finished}
    times = {name: before[name] and datetime.fromisoformat(before[name]) for name in ("started_at", "held_at")}
    save(ticket, status=before["status"], **NOT_DONE, **times)
    for status in (LineStatus.QUEUED, LineStatus.STARTED):
        set_lines(ticket, [row for row in finished if before["lines"][str(row.pk)] == status], status, work)
    order_steps.take_back(order, *_begun_and_queued(order_lines(order, finished)), work)
    work.record(TicketBumpUndone(ticket=ticket))


def _begun_and_queued(lines: list[OrderLine]) -> tuple[list[OrderLine], list[OrderLine]]:
    """Return the unfinished order lines as those that some station has started, and those that none has."""
    begun = TicketLine.objects.filter(line__in=lines).exclude(status=LineStatus.QUEUED)
    ids = set(begun.values_list("line_id", flat=True))
    return [line for line in lines if line.pk in ids], [line for line in lines if line.pk not in ids]
