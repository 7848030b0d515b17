"""Representations of events for programs."""

import json
from datetime import UTC
from typing import Any
from uuid import UUID

from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.models import Event


def event_json(event: Event, restaurant_uid: UUID, epoch: str) -> dict[str, Any] | None:
    """Return the documented envelope of an event, or None if programs may not see it."""
    if Audience.PROGRAMS not in audiences_of(event.type, event.action):
        return None
    return {
        "type": event.type,
        "action": event.action,
        "subject": event.subject,
        "restaurant_id": str(restaurant_uid),
        "timestamp": event.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "seq": event.seq,
        "epoch": epoch,
        "data": json.loads(event.data),
    }
