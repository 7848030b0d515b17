"""What a ticket may become."""

from django.db import models


class TicketStatus(models.TextChoices):
    """One order's lines at one station."""

    QUEUED = "queued", "Queued"
    STARTED = "started", "Started"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


TICKET_MOVES: dict[str, frozenset[str]] = {
    TicketStatus.QUEUED: frozenset({TicketStatus.STARTED, TicketStatus.DONE, TicketStatus.CANCELLED}),
    # Back to queued by an undo, where the bump, of a line or of all, was the first that was done for it.
    TicketStatus.STARTED: frozenset({TicketStatus.DONE, TicketStatus.CANCELLED, TicketStatus.QUEUED}),
    TicketStatus.DONE: frozenset({TicketStatus.STARTED, TicketStatus.CANCELLED, TicketStatus.QUEUED}),  # or by a recall
    TicketStatus.CANCELLED: frozenset({TicketStatus.QUEUED}),  # an edit put lines back
}
OPEN_TICKETS = (TicketStatus.QUEUED, TicketStatus.STARTED)
