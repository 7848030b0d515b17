"""The bodies of requests to webhooks (docs/webhooks.md)."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bistro.core.api.representations import event_json
from bistro.core.models import Event, Restaurant
from bistro.webhooks.models import Hook
from orders.qtable.feed import personal_data

TEST = "test"


def event_body(event: Event, restaurant: Restaurant, epoch: str, hook: Hook) -> dict[str, Any] | None:
    """Return the body of an event, or None if programs may not see it. Its `id` is the same in every attempt."""
    found = event_json(event, restaurant.uid, epoch)
    if found is None:
        return None
    if hook.personal:
        found["data"].update(personal_data(event))
    return {"id": f"{restaurant.uid}.{epoch}.{event.seq}", **found}


def trial_body(restaurant: Restaurant, now: datetime) -> dict[str, Any]:
    """Return the body of a test, which is no event of the log."""
    return {
        "id": f"{restaurant.uid}.test.{uuid4().hex}",
        "type": TEST,
        "action": "sent",
        "restaurant_id": str(restaurant.uid),
        "timestamp": now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "data": {},
    }
