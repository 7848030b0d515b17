"""The life of an order, and of one line. Read this file first."""

from collections.abc import Collection
from typing import Any

from django.db import models

from bistro.core.kernel.transitions import change_status, change_statuses


class OrderStatus(models.TextChoices):
    """`confirmed` = the kitchen has received it. Money owed is the bill's matter, not the order's."""

    PLACED = "placed", "Order placed"
    CONFIRMED = "confirmed", "Kitchen received"
    PREPARING = "preparing", "Preparation"
    READY = "ready", "Ready for service"
    DELIVERED = "delivered", "Delivered"
    CANCELLED = "cancelled", "Cancelled"


ORDER_MOVES: dict[str, frozenset[str]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.CONFIRMED, OrderStatus.CANCELLED}),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.PREPARING, OrderStatus.CANCELLED}),
    OrderStatus.PREPARING: frozenset({OrderStatus.READY, OrderStatus.CANCELLED}),
    OrderStatus.READY: frozenset({OrderStatus.DELIVERED, OrderStatus.PREPARING}),  # by a recall; a course is to come
    OrderStatus.DELIVERED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}

# The way forward. A jump passes through what lies between, and stamps it, in the same unit of work.
PROGRESS = (
    OrderStatus.PLACED,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERED,
)
OPEN = (OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
EDITABLE = frozenset({OrderStatus.PLACED, OrderStatus.CONFIRMED})


class CancelReason(models.TextChoices):
    """The reasons that staff choose from when an order is cancelled or a course is removed."""

    CHANGED_MIND = "changed_mind", "Guest changed their mind"
    SOLD_OUT = "sold_out", "Sold out"
    WRONG_TABLE = "wrong_table", "Wrong table"
    TOO_LONG = "too_long", "Took too long"
    MISTAKE = "mistake", "Entered by mistake"
    OTHER = "other", "Other reason"


class LineStatus(models.TextChoices):
    """How far one line is. `held` until its course is fired, `queued` until a cook starts it."""

    HELD = "held", "On hold"
    QUEUED = "queued", "Queued"
    STARTED = "started", "Being prepared"
    DONE = "done", "Done"


LINE_MOVES: dict[str, frozenset[str]] = {
    LineStatus.HELD: frozenset({LineStatus.QUEUED}),
    # Back on hold by an edit, which moves it to a course that waits.
    LineStatus.QUEUED: frozenset({LineStatus.STARTED, LineStatus.DONE, LineStatus.HELD}),
    LineStatus.STARTED: frozenset({LineStatus.DONE, LineStatus.QUEUED}),
    LineStatus.DONE: frozenset({LineStatus.STARTED, LineStatus.QUEUED}),  # back by a recall; by an undo, to what it was
}
UNTOUCHED = frozenset({LineStatus.HELD, LineStatus.QUEUED})
FIRED = (LineStatus.QUEUED, LineStatus.STARTED, LineStatus.DONE)


def move_line(line: Any, new: str) -> None:
    """Set the status of an order's line, or of a ticket's, not saved. The status that it has already is no move.

    Raises IllegalTransition.
    """
    if line.status != new:
        change_status(line, new, LINE_MOVES, what=str(line))


def update_lines(rows: Any, old: Collection[str], new: str, **fields: Any) -> int:
    """Update the lines of a queryset whose status is one of `old`; returns how many. Raises IllegalTransition."""
    return change_statuses(rows, old, new, LINE_MOVES, what="A line", **fields)
