"""The sweep that seals events with a hash chain, so that a change shows (ADR 0037)."""

from datetime import datetime

from django.db.models import F

from bistro.core.kernel.actors import Actor
from bistro.core.models import FeedHead, Seal, SealHead
from bistro.core.writing.event_digests import digests_of, logged_events, next_chain
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork

MOST_EVENTS = 1000  # in one seal
MOST_SEALS = 5  # of a restaurant in one sweep, so that an old log does not hold up the other sweeps


def seal_events(*, now: datetime) -> int:
    """Seal the events that no seal covers yet, and return their number. Locks: the end of the chain, briefly."""
    heads = FeedHead.objects.filter(seq__gt=0).exclude(restaurant__seal_head__seq__gte=F("seq"))
    due = heads.values_list("restaurant_id", "seq")
    return in_each({restaurant: [seq] for restaurant, seq in due}, lambda restaurant, heads: _seal(restaurant, *heads))


def _seal(restaurant_id: int, head: int) -> int:
    """Seal a restaurant's events up to `head`. Stop where another process has sealed them."""
    end = SealHead.objects.filter(pk=restaurant_id).first() or SealHead(restaurant_id=restaurant_id)
    begin = end.seq
    for _ in range(MOST_SEALS):
        if end.seq >= head or not _append(end, min(head, end.seq + MOST_EVENTS)):
            break
    return end.seq - begin


def _append(end: SealHead, last: int) -> bool:
    """Append a seal after `end` and move `end` to it. Return False where another process was first.

    The events are read before the transaction, because they never change.
    """
    numbers = range(end.seq + 1, last + 1)
    digests, privates = digests_of(logged_events(end.restaurant_id, numbers[0], last), numbers)
    chain = next_chain(end.chain, end.restaurant_id, numbers[0], digests, privates)
    with UnitOfWork(Actor.system(end.restaurant_id, "sealing")):
        if end.seq == 0:
            SealHead.objects.bulk_create([SealHead(restaurant_id=end.restaurant_id)], ignore_conflicts=True)
        if not SealHead.objects.filter(pk=end.restaurant_id, seq=end.seq).update(seq=last, chain=chain):
            return False
        Seal.objects.create(
            restaurant_id=end.restaurant_id,
            first=numbers[0],
            last=last,
            digests=digests,
            private_digests=privates,
            chain=chain,
        )
    end.seq, end.chain = last, chain
    return True
