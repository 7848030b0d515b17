"""The states of a webhook, and the only function that changes them."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.transitions import change_statuses


class HookStatus(models.TextChoices):
    ON = "on", _("On")
    PAUSED = "paused", _("Paused")  # by a person
    STOPPED = "stopped", _("Stopped after failures")


# Each status → the statuses that may follow.
HOOK_MOVES: dict[str, frozenset[str]] = {
    HookStatus.ON: frozenset({HookStatus.PAUSED, HookStatus.STOPPED}),
    HookStatus.PAUSED: frozenset({HookStatus.ON}),
    HookStatus.STOPPED: frozenset({HookStatus.ON, HookStatus.PAUSED}),
}


def move_hooks(rows: Any, old: Collection[str], new: str, **fields: Any) -> int:
    """Update the webhooks of a queryset whose status is one of `old`; returns how many. Raises IllegalTransition."""
    return change_statuses(rows, old, new, HOOK_MOVES, what=gettext("A webhook"), **fields)
