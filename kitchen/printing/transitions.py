"""The life of a slip, and the only function that changes its status."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.transitions import change_statuses


class SlipStatus(models.TextChoices):
    QUEUED = "queued", _("Waits")
    PRINTED = "printed", _("Printed")
    SKIPPED = "skipped", _("Not needed")  # a screen shows the ticket, or nothing was ever printed
    FAILED = "failed", _("Failed")  # until a person reprints or dismisses it


class SlipKind(models.TextChoices):
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    VOID = "void", _("Void")
    REPRINT = "reprint", _("Reprint")
    TEST = "test", _("Test")
    SHEET = "sheet", _("Receipt or report")  # a paper of another app, which says nothing about a ticket
    DRAWER = "drawer", _("Cash drawer")


# Each status → the statuses that may follow. A person reprints a failed slip.
SLIP_MOVES: dict[str, frozenset[str]] = {
    SlipStatus.QUEUED: frozenset({SlipStatus.PRINTED, SlipStatus.SKIPPED, SlipStatus.FAILED}),
    SlipStatus.FAILED: frozenset({SlipStatus.QUEUED, SlipStatus.SKIPPED}),
    SlipStatus.PRINTED: frozenset(),
    SlipStatus.SKIPPED: frozenset(),
}


def move_slips(rows: Any, old: Collection[str], new: str, **fields: Any) -> int:
    """Update the slips of a queryset whose status is one of `old`; returns how many. Raises IllegalTransition."""
    return change_statuses(rows, old, new, SLIP_MOVES, what=gettext("A slip"), **fields)
