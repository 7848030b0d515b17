"""Pauses and availability as JSON: one shape for the API, the event log and pages."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from menu.models import Item, Pause


def pause_json(pause: Pause) -> dict[str, Any]:
    """Return a pause without its reason, which only staff may read.

    Keys: `id`, `item` and `category` (ids or None), `name`, `paused_at`, `until`, `ended_at` (ISO 8601, UTC).
    """
    return {
        "id": pause.pk,
        "item": pause.item_id,
        "category": pause.category_id,
        "name": pause.what,
        "paused_at": moment(pause.paused_at),
        "until": moment(pause.until),
        "ended_at": moment(pause.ended_at),
    }


def availability_json(item: Item) -> dict[str, Any]:
    """Return the availability of a dish.

    Keys: `item`, `available`, `until` (end of a timed 86), `portions_left`, `change` (for an undo) and `before` (the
    state before the last change, with the same keys as the state; None if there was no change).
    """
    before = item.availability_before
    return {
        "item": item.pk,
        "available": item.available,
        "until": moment(item.off_until),
        "portions_left": item.portions_left,
        "change": item.availability_change,
        "before": before
        and {
            "available": before["available"],
            "until": before["off_until"],
            "portions_left": before["portions_left"],
        },
    }
