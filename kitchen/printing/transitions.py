"""The life of a slip, and the only function that changes its status."""

from collections.abc import Collection
from typing import Any

from django.db import models

from bistro.core.kernel.transitions import change_statuses


class SlipStatus(models.TextChoices):
    QUEUED = "queued", "Waits"
    PRINTED = "printed", "Printed"
    SKIPPED = "skipped", "Not needed"  # a screen shows the ticket, or nothing was ever printed
    FAILED = "failed", "Failed"  # until a person reprints or dismisses it


class SlipKind(models.TextChoices):
    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    VOID = "void", "Void"
    REPRINT = "reprint", "Reprint"
    TEST = "test", "Test"


# Each status → the statuses that may follow. A person reprints a failed slip.
SLIP_MOVES: dict[str, frozenset[str]] = {
    SlipStatus.QUEUED: frozenset({SlipStatus.PRINTED, SlipStatus.SKIPPED, SlipStatus.FAILED}),
    SlipStatus.FAILED: frozenset({SlipStatus.QUEUED, SlipStatus.SKIPPED}),
    SlipStatus.PRINTED: frozenset(),
    SlipStatus.SKIPPED: frozenset(),
}


def move_slips(rows: Any, old: Collection[str], new: str, **fields: Any) -> int:
    """Update the slips of a queryset whose status is one of `old`; returns how many. Raises IllegalTransition."""
    return change_statuses(rows, old, new, SLIP_MOVES, what="A slip", **fields)
