"""Reads of the event log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError

from bistro.core.models import Event, FeedEpoch, FeedHead
from bistro.core.speed.compiled_queries import CompiledQuery, fetch_together

# Every process runs these after every commit.
_epochs = CompiledQuery(lambda: FeedEpoch.objects.filter(pk=1))
_heads = CompiledQuery(
    lambda restaurants: FeedHead.objects.filter(pk__any_of=restaurants).values_list("restaurant_id", "seq")
)
_events = CompiledQuery(
    lambda restaurant, after, last: (
        Event.objects.of_restaurant(restaurant).filter(seq__gt=after, seq__lte=last).order_by("seq")
    )
)


@dataclass(frozen=True, slots=True)
class Position:
    """A reader's position in the log.

    `epoch` is the name of the history. `seq` is the last sequence number that the reader has: 0 before the first event,
    -1 for a reader without a position, which needs a snapshot.
    """

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class LogUpdate:
    """A read of the log: its epoch, the head of each restaurant and the events of some."""

    epoch: str
    heads: Mapping[int, int]
    events: Mapping[int, Sequence[Event]]


def _epoch_of(found: Sequence[FeedEpoch]) -> str:
    """Return the epoch of the current history; create it at first use."""
    row = next(iter(found), None)
    if row is None:
        try:
            row = FeedEpoch.objects.create(pk=1)
        except IntegrityError:  # another process was first
            row = FeedEpoch.objects.get(pk=1)
    return row.value


def position(restaurant_id: int) -> Position:
    """Return the head of the log.

    Call it before reading rows: applying an event twice is harmless, missing one is not.
    """
    epochs, heads = fetch_together(_epochs.bind(), _heads.bind([restaurant_id]))
    return Position(_epoch_of(epochs), dict(heads).get(restaurant_id, 0))


def read_log(restaurant_ids: Iterable[int], starts: Mapping[int, int]) -> LogUpdate:
    """Return the heads of all these restaurants, and the events after `starts` of some, in one round trip.

    An unknown restaurant is absent. Events may go beyond the head, because a commit may come between the statements.
    Each restaurant gets at most FEED_CATCH_UP_LIMIT events.
    """
    limit = settings.FEED_CATCH_UP_LIMIT
    bound = [_events.bind(restaurant_id, seq, seq + limit) for restaurant_id, seq in starts.items()]
    epochs, heads, *events = fetch_together(_epochs.bind(), _heads.bind(restaurant_ids), *bound)
    return LogUpdate(_epoch_of(epochs), dict(heads), dict(zip(starts, events, strict=True)))


def events_after(restaurant_id: int, seq: int) -> Sequence[Event]:
    """Return the events after `seq` in commit order, at most FEED_CATCH_UP_LIMIT."""
    limit = settings.FEED_CATCH_UP_LIMIT
    return _events(restaurant_id, seq, seq + limit)  # exact, because the numbers have no gaps


def too_far_behind(cursor: Position, now: Position) -> bool:
    """Return whether a reader needs a snapshot.

    Reasons are another epoch, a position beyond the head and too many events behind.
    """
    return cursor.epoch != now.epoch or cursor.seq > now.seq or now.seq - cursor.seq > settings.FEED_CATCH_UP_LIMIT
