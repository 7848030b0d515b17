"""A pause as JSON: one shape for the API and the event log."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from menu.models import Pause


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
