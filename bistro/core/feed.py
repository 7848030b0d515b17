"""Reading the event log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError

from bistro.core.models import Event, FeedEpoch, FeedHead
from bistro.core.reading import Reading

# Every tail of every process asks these after every commit.
_epochs = Reading(lambda: FeedEpoch.objects.filter(pk=1))
_heads = Reading(
    lambda restaurants: FeedHead.objects.filter(pk__any_of=restaurants).values_list("restaurant_id", "seq")
)
# restaurant, after, last
_events = Reading(
    lambda restaurant, after, last: (
        Event.objects.of_restaurant(restaurant).filter(seq__gt=after, seq__lte=last).order_by("seq")
    )
)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader stands: the history's name and the last number it has seen."""

    epoch: str
    seq: int


def epoch() -> str:
    """The name of the present history; made at first use."""
    row = next(iter(_epochs()), None)
    if row is None:
        try:
            row = FeedEpoch.objects.create(pk=1)
        except IntegrityError:  # another process was first
            row = FeedEpoch.objects.get(pk=1)
    return row.value


def heads(restaurant_ids: Iterable[int]) -> dict[int, int]:
    """The last number of each restaurant: one query for all. A restaurant without events is absent."""
    return dict(_heads(restaurant_ids))


def head(restaurant_id: int) -> int:
    """The last number of one restaurant, 0 before its first event."""
    return heads([restaurant_id]).get(restaurant_id, 0)


def position(restaurant_id: int) -> Position:
    """Where the log stands now. Read it before the rows: folding is an upsert, so seeing an event twice is harmless."""
    return Position(epoch(), head(restaurant_id))


def events_after(restaurant_id: int, seq: int, *, limit: int | None = None) -> Sequence[Event]:
    """The events after `seq` in commit order, at most `limit` (default: the catch-up limit)."""
    limit = settings.FEED_CATCH_UP_LIMIT if limit is None else limit
    return _events(restaurant_id, seq, seq + limit)  # there are no gaps


def too_far_behind(cursor: Position, now: Position) -> bool:
    """Whether a reader needs a snapshot: another history, beyond the head, or too many events behind."""
    return cursor.epoch != now.epoch or cursor.seq > now.seq or now.seq - cursor.seq > settings.FEED_CATCH_UP_LIMIT
