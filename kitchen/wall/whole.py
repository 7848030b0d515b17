"""Acts on the board of all stations, where one ticket stands for all of a firing.

Each ticket is a unit of work of its own, as if a cook of each station had acted. An act succeeds if one of them did.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, Stale
from kitchen import services
from kitchen.models import Ticket, TicketLine
from kitchen.querysets import TicketQuerySet
from kitchen.transitions import OPEN_TICKETS, TicketStatus
from orders.transitions import LineStatus

TOGETHER = timedelta(seconds=2)  # within this time of each other, bumps of a firing are one act


def firing_of(ticket: Ticket) -> list[int]:
    """Return the ids of the open tickets of a firing, or this one's if none is open."""
    rows = _tickets(ticket).filter(status__in=OPEN_TICKETS)
    return list(rows.values_list("pk", flat=True)) or [ticket.pk]


def bumped_with(ticket: Ticket) -> list[int]:
    """Return the ids of the tickets of a firing that were bumped together with this one."""
    if ticket.done_at is None:
        return [ticket.pk]
    together = Q(done_at__gte=ticket.done_at - TOGETHER, done_at__lte=ticket.done_at + TOGETHER)
    return list(_tickets(ticket).filter(together, status=TicketStatus.DONE).values_list("pk", flat=True))


def unfinished_parts(row: TicketLine) -> list[int]:
    """Return the ids of the lines by which stations still make the same dish, or this one's if none does."""
    rows = _parts(row).filter(ticket__status__in=OPEN_TICKETS).exclude(status=LineStatus.DONE)
    return list(rows.values_list("pk", flat=True)) or [row.pk]


def parts_bumped_with(row: TicketLine) -> list[int]:
    """Return the ids of the lines of the same dish that were bumped together with this one."""
    if row.done_at is None:
        return [row.pk]
    together = Q(done_at__gte=row.done_at - TOGETHER, done_at__lte=row.done_at + TOGETHER)
    return list(_parts(row).filter(together).values_list("pk", flat=True))


def for_each(ids: Iterable[int], act: Callable[[int], Ticket]) -> Ticket:
    """Act on each and return the first ticket that was changed. Raises the first refusal if all were refused."""
    changed: list[Ticket] = []
    refused: list[DomainError] = []
    for pk in ids:
        try:
            changed.append(act(pk))
        except DomainError as error:
            refused.append(error)
    if not changed:
        raise refused[0]
    return changed[0]


def read_changes(ticket: Ticket, version: int | None, actor: Actor) -> Ticket:
    """Acknowledge the changes of a firing up to `version`, the sum that the board showed. Raises Stale."""
    versions = dict(_tickets(ticket).values_list("pk", "version"))
    if version is not None and sum(versions.values()) != version:
        raise Stale(gettext("The ticket changed again. Read the new changes."), current_version=sum(versions.values()))
    unread = _tickets(ticket).unread().values_list("pk", flat=True)
    return for_each(
        list(unread) or [ticket.pk],
        lambda pk: services.read_changes_of(ticket_id=pk, version=versions[pk], actor=actor),
    )


def _tickets(ticket: Ticket) -> TicketQuerySet:
    rows = Ticket.objects.filter(order_id=ticket.order_id, fired_course=ticket.fired_course)
    return rows.order_by("station__position", "pk")


def _parts(row: TicketLine) -> TenantQuerySet:
    ticket = row.ticket
    tickets = Ticket.objects.filter(order_id=ticket.order_id, fired_course=ticket.fired_course)
    return TicketLine.objects.filter(ticket__in=tickets, line_id=row.line_id).order_by("pk")
