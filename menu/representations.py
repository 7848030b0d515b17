"""A pause as JSON: one shape for the API and the event log."""

from datetime import UTC, datetime
from typing import Any

from menu.models import Pause


def moment(value: datetime) -> str:
    """An instant as the API writes it."""
    return value.astimezone(UTC).isoformat()


def pause_json(pause: Pause) -> dict[str, Any]:
    """A pause without its reason, which is for the kitchen and its staff alone."""
    return {
        "id": pause.pk,
        "item": pause.item_id,
        "category": pause.category_id,
        "name": pause.what,
        "paused_at": moment(pause.paused_at),
        "until": moment(pause.until),
        "ended_at": moment(pause.ended_at) if pause.ended_at else None,
    }
