"""The sweep that sends events: each webhook reads the log from its cursor, in the order of the log.

An event that did not arrive is sent again after a pause, and the events behind it wait. No transaction is open while
a server is spoken to.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error as AnyDatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import Overloaded
from bistro.core.kernel.jsontext import dumps
from bistro.core.live.event_log import position
from bistro.core.models import Event
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.webhooks.models import Delivery, Hook, Trouble
from bistro.webhooks.payloads import event_body
from bistro.webhooks.posting import Outcome, post
from bistro.webhooks.settling import claim, give_back, note_arrival, note_failure, skip
from bistro.webhooks.signing import signature

log = logging.getLogger(__name__)
MOST_THREADS = 4  # webhooks that one process works on at once, so that a slow receiver holds up few others
WINDOW = 500  # events that are looked at together
ROUND = timedelta(seconds=30)  # after which a webhook is given back
KEPT = timedelta(days=3)
CLEAN_EVERY = timedelta(hours=1)
CLEAN_ROWS = 2000

_at_work: set[int] = set()
_lock = threading.Lock()
_clean_at: datetime | None = None
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Unread:
    """The next events of the log for a webhook. `last` is the number up to which the log was looked at."""

    events: Sequence[Event]
    epoch: str
    last: int


def deliver_due(*, now: datetime) -> int:
    """Start a thread for each webhook with unread events, and return how many were started.

    Costs one query when nothing is due. Every process sweeps; the claim decides which one sends.
    """
    _clean(now)
    started = 0
    for pk in Hook.objects.waiting(now).order_by("due_at", "pk").values_list("pk", flat=True)[: 4 * MOST_THREADS]:
        with _lock:
            if pk in _at_work or len(_at_work) >= MOST_THREADS:
                continue
            _at_work.add(pk)
        threading.Thread(target=_in_thread, args=[pk], name=f"webhook-{pk}", daemon=True).start()
        started += 1
    return started


def deliver(*, hook_id: int, clock: Clock = timezone.now) -> int:
    """Send the unread events of a webhook for some seconds, and return how many arrived."""
    hook = Hook.objects.waiting(clock()).filter(pk=hook_id).select_related("restaurant").first()
    if hook is None:
        return 0
    unread = _unread(hook)
    if not unread.events:
        skip(hook, unread.last)
        return 0
    return _deliver_all(hook, unread, clock) if claim(hook, clock()) else 0


def _unread(hook: Hook) -> Unread:
    """Return the next events that the webhook is about. The head is read first, so that none is missed."""
    now = position(hook.restaurant_id)
    last = min(now.seq, hook.seq + WINDOW)
    rows = Event.objects.of_restaurant(hook.restaurant_id).filter(seq__gt=hook.seq, seq__lte=last)
    return Unread(list(rows.filter(type__in=hook.types).order_by("seq")), now.epoch, last)


def _deliver_all(hook: Hook, unread: Unread, clock: Clock) -> int:
    """Send the events one after the other, until one fails, the claim is lost or the round is over."""
    arrived, reached, ends = 0, hook.seq, clock() + ROUND
    for event in unread.events:
        outcome = _sent(hook, event, unread.epoch, clock())
        if outcome is not None and not outcome.arrived:
            note_failure(hook, event, outcome, reached, clock())
            return arrived
        if outcome is not None:
            arrived += 1
            if not note_arrival(hook, event, outcome, clock()):
                return arrived
        reached = event.seq
        if clock() >= ends:
            break
    else:
        reached = unread.last
    give_back(hook, reached, clock())
    return arrived


def _sent(hook: Hook, event: Event, epoch: str, now: datetime) -> Outcome | None:
    """Send one event; returns None for an event that programs may not see."""
    try:
        body = event_body(event, hook.restaurant, epoch, hook)
        if body is None:
            return None
        data = dumps(body).encode()
        headers = {"Bistro-Signature": signature(hook, data, now), "Bistro-Event": body["id"]}
        if not connection.in_atomic_block:
            close_old_connections()  # orders can use the connection meanwhile
        return post(hook.url, data, headers)
    except AnyDatabaseError:
        raise
    except Exception as error:  # a fault of ours must not stop the thread, and shows as a failed delivery
        log.error("a webhook could not be served", extra={"hook": hook.pk, "error": type(error).__name__})
        return Outcome(Trouble.FAULT, None, 0)


def _in_thread(pk: int) -> None:
    try:
        deliver(hook_id=pk)
    except (AnyDatabaseError, Overloaded) as error:  # the lease ends, and another sweep tries again
        log.warning("a webhook could not be read or settled", extra={"error": repr(error)})
    finally:
        close_old_connections()
        with _lock:
            _at_work.discard(pk)


def _clean(now: datetime) -> None:
    """Delete old deliveries once an hour."""
    global _clean_at
    if _clean_at is not None and now < _clean_at:
        return
    old = Delivery.objects.filter(at__lt=now - KEPT).order_by("at").values_list("pk", flat=True)
    keys = list(old[:CLEAN_ROWS])
    if keys:
        with UnitOfWork(Actor.system(None, "webhooks")):
            Delivery.objects.filter(pk__in=keys).delete()
    _clean_at = now if len(keys) == CLEAN_ROWS else now + CLEAN_EVERY
