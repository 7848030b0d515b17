"""CompiledQuery the event log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError

from bistro.core.models import Event, FeedEpoch, FeedHead
from bistro.core.speed.compiled_queries import CompiledQuery, fetch_together

# Every tail of every process asks these after every commit.
_epochs = CompiledQuery(lambda: FeedEpoch.objects.filter(pk=1))
_heads = CompiledQuery(
    lambda restaurants: FeedHead.objects.filter(pk__any_of=restaurants).values_list("restaurant_id", "seq")
)
# restaurant, after, last
_events = CompiledQuery(
    lambda restaurant, after, last: (
        Event.objects.of_restaurant(restaurant).filter(seq__gt=after, seq__lte=last).order_by("seq")
    )
)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader stands: the history's name and the last number it has seen."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class LogUpdate:
    """What one look at the log found: its name, the last number of each restaurant, the events of some."""

    epoch: str
    heads: Mapping[int, int]
    events: Mapping[int, Sequence[Event]]


def _named(found: Sequence[FeedEpoch]) -> str:
    """The name of the present history; made at first use."""
    row = next(iter(found), None)
    if row is None:
        try:
            row = FeedEpoch.objects.create(pk=1)
        except IntegrityError:  # another process was first
            row = FeedEpoch.objects.get(pk=1)
    return row.value


def position(restaurant_id: int) -> Position:
    """Where the log stands now. Read it before the rows: folding is an upsert, so seeing an event twice is harmless."""
    epochs, heads = fetch_together(_epochs.bind(), _heads.bind([restaurant_id]))
    return Position(_named(epochs), dict(heads).get(restaurant_id, 0))


def news(restaurant_ids: Iterable[int], starts: Mapping[int, int]) -> LogUpdate:
    """The heads of all of these, and the events of some after their `starts`; one trip to the database. A restaurant
    that nobody knows is absent.

    The events may go beyond their head: a commit may come between the statements. At most the catch-up limit of each.
    """
    limit = settings.FEED_CATCH_UP_LIMIT
    asked = [_events.bind(restaurant_id, seq, seq + limit) for restaurant_id, seq in starts.items()]
    epochs, heads, *events = fetch_together(_epochs.bind(), _heads.bind(restaurant_ids), *asked)
    return LogUpdate(_named(epochs), dict(heads), dict(zip(starts, events, strict=True)))


def events_after(restaurant_id: int, seq: int) -> Sequence[Event]:
    """The events after `seq` in commit order, at most the catch-up limit."""
    limit = settings.FEED_CATCH_UP_LIMIT
    return _events(restaurant_id, seq, seq + limit)  # there are no gaps


def too_far_behind(cursor: Position, now: Position) -> bool:
    """Whether a reader needs a snapshot: another history, beyond the head, or too many events behind."""
    return cursor.epoch != now.epoch or cursor.seq > now.seq or now.seq - cursor.seq > settings.FEED_CATCH_UP_LIMIT
