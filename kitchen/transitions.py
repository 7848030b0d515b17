"""The life of a ticket, and the only functions that change its status."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.transitions import change_status, change_statuses


class TicketStatus(models.TextChoices):
    """The status of one order's lines at one station."""

    QUEUED = "queued", _("Queued")
    STARTED = "started", _("Started")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


TICKET_MOVES: dict[str, frozenset[str]] = {
    TicketStatus.QUEUED: frozenset({TicketStatus.STARTED, TicketStatus.DONE, TicketStatus.CANCELLED}),
    # Back to queued by an undo, if the bump was the first action on the ticket.
    TicketStatus.STARTED: frozenset({TicketStatus.DONE, TicketStatus.CANCELLED, TicketStatus.QUEUED}),
    TicketStatus.DONE: frozenset({TicketStatus.STARTED, TicketStatus.CANCELLED, TicketStatus.QUEUED}),  # or by a recall
    TicketStatus.CANCELLED: frozenset({TicketStatus.QUEUED}),  # an edit put lines back
}
OPEN_TICKETS = (TicketStatus.QUEUED, TicketStatus.STARTED)


def move_ticket(ticket: Any, new: str) -> None:
    """Set the status of a locked ticket without saving. Its present status is not a move. Raises IllegalTransition."""
    if ticket.status != new:
        change_status(ticket, new, TICKET_MOVES, what=gettext("This ticket"))


def move_tickets(rows: Any, old: Collection[str], new: str, **fields: Any) -> int:
    """Update the tickets of a queryset whose status is one of `old`; returns how many. Raises IllegalTransition."""
    return change_statuses(rows, old, new, TICKET_MOVES, what=gettext("A ticket"), **fields)
