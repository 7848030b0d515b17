"""The life of a message, and the only function that changes its status."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.transitions import change_statuses


class MessageStatus(models.TextChoices):
    QUEUED = "queued", _("Waits")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")  # until a person sends it again or dismisses it
    UNKNOWN = "unknown", _("Perhaps sent")  # handed over, but the answer was lost; never sent again automatically
    DISMISSED = "dismissed", _("Dismissed")


# Each status → the statuses that may follow. A sender that was slow may still report on an unknown message.
MESSAGE_MOVES: dict[str, frozenset[str]] = {
    MessageStatus.QUEUED: frozenset({MessageStatus.SENDING, MessageStatus.FAILED}),
    MessageStatus.SENDING: frozenset(
        {MessageStatus.SENT, MessageStatus.QUEUED, MessageStatus.FAILED, MessageStatus.UNKNOWN}
    ),
    MessageStatus.UNKNOWN: frozenset(
        {MessageStatus.SENT, MessageStatus.QUEUED, MessageStatus.FAILED, MessageStatus.DISMISSED}
    ),
    MessageStatus.FAILED: frozenset({MessageStatus.QUEUED, MessageStatus.DISMISSED}),
    MessageStatus.SENT: frozenset(),
    MessageStatus.DISMISSED: frozenset(),
}


def move_messages(rows: Any, old: Collection[str], new: str, **fields: Any) -> int:
    """Update the messages of a queryset whose status is one of `old`; returns how many. Raises IllegalTransition."""
    return change_statuses(rows, old, new, MESSAGE_MOVES, what=gettext("A message"), **fields)
