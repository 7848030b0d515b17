"""Verification of the event log against its seals (ADR 0037)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.db.models import Max

from bistro.core.database.append_only import missing_triggers
from bistro.core.models import Event, FeedHead, Restaurant, Seal, SealHead
from bistro.core.writing.event_digests import (
    NO_DIGEST,
    SIZE,
    LoggedEvent,
    digest_of,
    digest_of_private,
    logged_events,
    next_chain,
)

LATE = timedelta(minutes=1)  # that an event waits for its seal while others follow
PAGE = 1000  # events that are read at once after the last seal
MOST_COMPARED = 100  # altered events of one seal that are compared with each other


@dataclass
class Verified:
    """The state of a restaurant's log: how far it is sealed, and a sentence for each break."""

    restaurant_id: int
    sealed: int = 0
    chain: str = ""
    unsealed: int = 0
    breaks: list[str] = field(default_factory=list)


def unprotected_tables() -> list[str]:
    """Return a sentence for each trigger that is missing or switched off."""
    return [f"the trigger {name} is missing or off: run manage.py migrate" for name in missing_triggers(connection)]


def restaurants_with_logs() -> list[int]:
    """Return all restaurants, in the order of their numbers."""
    return list(Restaurant.objects.order_by("pk").values_list("pk", flat=True))


def verify_log(restaurant_id: int, expected: Mapping[int, str] | None = None) -> Verified:
    """Compare a restaurant's events with its seals, its seals with each other and both with the feed's head.

    `expected` holds {last event of a seal: its hash} as an owner has kept them elsewhere.
    Servers may write meanwhile: the ends are read in the order in which they grow.
    """
    end = SealHead.objects.filter(pk=restaurant_id).first() or SealHead(restaurant_id=restaurant_id)
    newest = Event.objects.of_restaurant(restaurant_id).aggregate(seq=Max("seq"))["seq"] or 0
    head = FeedHead.objects.filter(pk=restaurant_id).values_list("seq", flat=True).first() or 0
    state = Verified(restaurant_id)
    state.breaks += _broken_seals(state, end)
    state.unsealed = max(0, head - state.sealed)
    state.breaks += _broken_tail(restaurant_id, state.sealed, head)
    if newest > head:
        state.breaks.append(f"events {head + 1} to {newest} are beyond the feed's head, {head}")
    if Event.objects.of_restaurant(restaurant_id).filter(seq__lt=1).exists():
        state.breaks.append("there are events before the first")
    state.breaks += _other_history(restaurant_id, expected or {})
    return state


def _other_history(restaurant_id: int, expected: Mapping[int, str]) -> Iterator[str]:
    """Yield the seals that an owner has kept elsewhere and that the database lacks."""
    chains = dict(Seal.objects.of_restaurant(restaurant_id).filter(last__in=expected).values_list("last", "chain"))
    for seq, chain in expected.items():
        if chains.get(seq) != chain:
            yield f"the seal that ends with event {seq} is another one than you kept: the chain was made again"


def _broken_seals(state: Verified, end: SealHead) -> Iterator[str]:
    """Yield what is wrong with the seals and the events that they cover. Move `state` along the chain."""
    seals = Seal.objects.of_restaurant(state.restaurant_id).filter(first__lte=end.seq).order_by("first")
    for seal in seals.iterator(chunk_size=100):
        if seal.first != state.sealed + 1 or seal.last < seal.first:
            yield f"seal of events {seal.first} to {seal.last}: does not follow the seal that ends with {state.sealed}"
        digests, privates = bytes(seal.digests), bytes(seal.private_digests)
        chain = next_chain(state.chain, state.restaurant_id, seal.first, digests, privates)
        if seal.chain != chain:
            yield f"seal of events {seal.first} to {seal.last}: the hash chain is broken"
        state.sealed, state.chain = max(state.sealed, seal.last), seal.chain
        yield from _broken_events(state.restaurant_id, seal.first, seal.last, digests, privates)
    if (state.sealed, state.chain) != (end.seq, end.chain):
        yield f"the chain ends with event {state.sealed}, its head says {end.seq}"


def _broken_events(restaurant_id: int, first: int, last: int, digests: bytes, privates: bytes) -> Iterator[str]:
    """Yield a sentence for each event of a seal that differs from what was sealed."""
    events = logged_events(restaurant_id, first, last)
    sealed = {
        seq: (digests[at : at + SIZE], privates[at : at + SIZE])
        for seq, at in zip(range(first, last + 1), range(0, len(digests), SIZE), strict=False)
    }
    altered = {seq: event for seq, event in events.items() if seq in sealed and not _same_content(event, *sealed[seq])}
    for seq, (digest, private) in sealed.items():
        event = events.get(seq)
        if event is None:
            yield f"event {seq} {'was already missing when it was sealed' if digest == NO_DIGEST else 'is deleted'}"
        elif seq in altered:
            yield f"event {seq} {_how_altered(event, altered, sealed)}"
        elif event.private and digest_of_private(event) != private:
            yield f"event {seq} has other personal data than was sealed (erased data would be valid)"
    if len(sealed) != last + 1 - first:
        yield f"seal of events {first} to {last}: holds {len(sealed)} digests"


def _same_content(event: LoggedEvent, digest: bytes, private: bytes) -> bool:
    return digest_of(event, private) == digest


def _how_altered(
    event: LoggedEvent, altered: Mapping[int, LoggedEvent], sealed: Mapping[int, tuple[bytes, bytes]]
) -> str:
    """Return how an event differs: it has the place of another altered event, or it is none that was sealed here."""
    if len(altered) <= MOST_COMPARED:
        for seq in altered:
            if seq != event.seq and _same_content(event, *sealed[seq]):
                return f"is swapped: it was sealed as event {seq}"
    return "is altered"


def _broken_tail(restaurant_id: int, sealed: int, head: int) -> Iterator[str]:
    """Yield what is wrong with the events after the last seal: missing ones, and a seal that is late."""
    oldest = newest = None
    for first in range(sealed + 1, head + 1, PAGE):
        last = min(head, first + PAGE - 1)
        events = logged_events(restaurant_id, first, last)
        yield from (f"event {seq} is deleted (not sealed yet)" for seq in range(first, last + 1) if seq not in events)
        times = [event.at for event in events.values()]
        if times:
            oldest, newest = oldest or times[0], times[-1]
    if oldest and newest and newest - oldest > LATE:
        yield f"events {sealed + 1} to {head} have no seal, although one is made each second"
