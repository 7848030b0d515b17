"""The messages of `/realtime` and of the call `sync` (docs/contracts/qtable.md)."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from bistro.core.api.representations import event_json
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.roles import Permission
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame
from bistro.core.models import Event, Restaurant
from tables.events import BatchApplied

# {kind of event: keys of its private part that people who seat guests get}
_NAMED = {"guest": ("guestName",), "reservation": ("guestName", "phone", "email", "notes")}


def messages(
    events: Sequence[Event], restaurant_uid: UUID, epoch: str, *, named: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number, message) of each event for programs. The changes of a batch come in the one message at its end.

    `named` adds the guests' names, until they are erased.
    """
    batches = {(event.at, event.actor) for event in events if event.type == BatchApplied.type}
    inside: dict[Any, list[dict[str, Any]]] = {key: [] for key in batches}
    for event in events:
        message = _message(event, restaurant_uid, epoch, named)
        if message is None:
            continue
        changes = inside.get((event.at, event.actor))
        if event.type == BatchApplied.type:
            message["data"] = {**message["data"], "changes": changes}
        elif changes is not None:
            changes.append(message)
            continue
        yield event.seq, message


def _message(event: Event, restaurant_uid: UUID, epoch: str, named: bool) -> dict[str, Any] | None:
    found = event_json(event, restaurant_uid, epoch)
    if found is None:
        return None
    data, kind = found["data"], event.type.rpartition("_")[0]
    if named:
        data = {**data, **personal_data(event)}
    ids = {f"{kind}_id": data["id"]} if "id" in data and event.type != BatchApplied.type else {}
    return {
        "type": event.type,
        "restaurant_id": found["restaurant_id"],
        **ids,
        "action": event.action,
        "timestamp": found["timestamp"],
        "seq": event.seq,
        "epoch": epoch,
        "data": data,
    }


def personal_data(event: Event) -> dict[str, Any]:
    """Return the names and contacts of an event about guests, until they are erased."""
    keys = _NAMED.get(event.type.rpartition("_")[0], ())
    if not event.private or not keys:
        return {}
    return {key: value for key, value in json.loads(event.private).items() if key in keys}


class RealtimeFeed:
    """The socket's view: one message for each event. A client that missed too much reads `sync`."""

    def __init__(self, restaurant: Restaurant, actor: Actor) -> None:
        self.restaurant_id, self.uid = restaurant.pk, restaurant.uid
        self.named = actor.may(Permission.SEAT_TABLE)
        self.key = f"realtime:{restaurant.pk}:{'named' if self.named else 'plain'}"

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Yield no message, only the position: QTable's clients read the room with their calls."""
        yield Frame(position.seq, "")

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """Yield the messages of these events."""
        for seq, message in messages(events, self.uid, position.epoch, named=self.named):
            yield Frame(seq, dumps(message))
