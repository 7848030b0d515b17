"""Statuses of orders and lines, and the changes that are allowed (ADR 0021). Read this file first."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext, gettext_lazy, override

from bistro.core.kernel.transitions import change_status, change_statuses


class OrderStatus(models.TextChoices):
    """The status of an order. `confirmed` means that the kitchen has received it. Payment is not a status."""

    PLACED = "placed", gettext_lazy("Order placed")
    CONFIRMED = "confirmed", gettext_lazy("Kitchen received")
    PREPARING = "preparing", gettext_lazy("Preparation")
    READY = "ready", gettext_lazy("Ready for service")
    DELIVERED = "delivered", gettext_lazy("Delivered")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


# The words for an order that guests pick up.
PICKUP_WORDS = {
    OrderStatus.READY: gettext_lazy("Ready for pick-up"),
    OrderStatus.DELIVERED: gettext_lazy("Handed over"),
}

ORDER_MOVES: dict[str, frozenset[str]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.CONFIRMED, OrderStatus.CANCELLED}),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.PREPARING, OrderStatus.CANCELLED}),
    OrderStatus.PREPARING: frozenset({OrderStatus.READY, OrderStatus.CANCELLED}),
    # A recall returns a ready order to preparing, and so does serving a course before the last.
    OrderStatus.READY: frozenset({OrderStatus.DELIVERED, OrderStatus.PREPARING}),
    OrderStatus.DELIVERED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}

# The statuses in order. A jump passes through the statuses between and sets their times in the same unit of work.
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

    CHANGED_MIND = "changed_mind", gettext_lazy("Guest changed their mind")
    SOLD_OUT = "sold_out", gettext_lazy("Sold out")
    WRONG_TABLE = "wrong_table", gettext_lazy("Wrong table")
    TOO_LONG = "too_long", gettext_lazy("Took too long")
    MISTAKE = "mistake", gettext_lazy("Entered by mistake")
    OTHER = "other", gettext_lazy("Other reason")


def reason_words(chosen: str, typed: str, language: str) -> str:
    """Return the reason that is kept with an order: the chosen one in the restaurant's language, and the typed text.

    A kept text is the same whoever chose it. An unknown choice is left out.
    """
    with override(language):
        words = str(dict(CancelReason.choices).get(chosen, "")), typed
    return ": ".join(part for part in words if part)


class LineStatus(models.TextChoices):
    """The status of a line: `held` until its course is fired, `queued` until a cook starts it."""

    HELD = "held", gettext_lazy("On hold")
    QUEUED = "queued", gettext_lazy("Queued")
    STARTED = "started", gettext_lazy("Being prepared")
    DONE = "done", gettext_lazy("Done")


LINE_MOVES: dict[str, frozenset[str]] = {
    LineStatus.HELD: frozenset({LineStatus.QUEUED}),
    # An edit that moves the line to a held course puts it on hold again.
    LineStatus.QUEUED: frozenset({LineStatus.STARTED, LineStatus.DONE, LineStatus.HELD}),
    LineStatus.STARTED: frozenset({LineStatus.DONE, LineStatus.QUEUED}),
    # A recall starts the line again; an undo restores its status before the bump.
    LineStatus.DONE: frozenset({LineStatus.STARTED, LineStatus.QUEUED}),
}
UNTOUCHED = frozenset({LineStatus.HELD, LineStatus.QUEUED})
FIRED = (LineStatus.QUEUED, LineStatus.STARTED, LineStatus.DONE)


def move_line(line: Any, new: str) -> None:
    """Set the status of an order's or a ticket's line without saving. Raises IllegalTransition.

    A line that has the status already stays unchanged.
    """
    if line.status != new:
        change_status(line, new, LINE_MOVES, what=str(line))


def update_lines(rows: Any, old: Collection[str], new: str, **fields: Any) -> int:
    """Update the rows whose status is one of `old`, and return their number. Raises IllegalTransition."""
    return change_statuses(rows, old, new, LINE_MOVES, what=gettext("A line"), **fields)
