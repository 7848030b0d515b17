"""Digests of events and the hash chain over them (ADR 0037). A changed form would invalidate every seal."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from bistro.core.models import Event

SIZE = 32
NO_DIGEST = bytes(SIZE)  # for an event without private data, or in place of an event that was missing at the sealing
_as_json = json.JSONEncoder(separators=(",", ":")).encode  # one encoder, because `dumps` makes one for each call


class LoggedEvent(NamedTuple):
    """The columns of an event in the order of the digest."""

    seq: int
    private: str | None
    pk: int
    restaurant_id: int
    type: str
    action: str
    subject: str
    table_id: int | None
    actor: str
    actor_label: str
    device_id: int | None
    at: datetime
    data: str


def logged_events(restaurant_id: int, first: int, last: int) -> dict[int, LoggedEvent]:
    """Return a restaurant's events of these numbers by number."""
    rows = (
        Event.objects.of_restaurant(restaurant_id)
        .filter(seq__gte=first, seq__lte=last)
        .order_by("seq")
        .values_list(*LoggedEvent._fields)
    )
    return {row[0]: LoggedEvent._make(row) for row in rows}


def digest_of_private(event: LoggedEvent) -> bytes:
    """Return the digest of private data. The event's id in it makes equal texts differ."""
    return sha256(f"{event.pk}:{event.private}".encode()).digest() if event.private else NO_DIGEST


def digest_of(event: LoggedEvent, private_digest: bytes) -> bytes:
    """Return the digest of an event, which covers the digest of its private data. The chain adds the number.

    `data` is JSON already. It comes last and outside the list, because to escape it would take the most time.
    """
    values = _as_json([*event[2:11], event.at.astimezone(UTC).isoformat()])
    return sha256(values.encode() + private_digest + event.data.encode()).digest()


def digests_of(events: dict[int, LoggedEvent], numbers: Sequence[int]) -> tuple[bytes, bytes]:
    """Return the digests of these events and those of their private data, each joined."""
    digests, privates = [], []
    for seq in numbers:
        event = events.get(seq)
        private = digest_of_private(event) if event else NO_DIGEST
        privates.append(private)
        digests.append(digest_of(event, private) if event else NO_DIGEST)
    return b"".join(digests), b"".join(privates)


def next_chain(before: str, restaurant_id: int, first: int, digests: bytes, privates: bytes) -> str:
    """Return the hash that follows `before` in a restaurant's chain."""
    return sha256(f"{before}:{restaurant_id}:{first}:".encode() + digests + privates).hexdigest()
