"""The sweep that sends what is due, in a thread of its own, because a mail server may be slow."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error as AnyDatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone

from bistro.core.kernel.errors import Overloaded
from bistro.mail.models import Message, MessageQuerySet
from bistro.mail.services.settling import claim, give_up_expired, hand_over, mark_abandoned, writing
from bistro.mail.transitions import MessageStatus

log = logging.getLogger(__name__)
AT_ONCE = 50  # messages of one thread
KEPT = timedelta(days=30)
CLEAN_EVERY = timedelta(hours=1)
CLEAN_ROWS = 500

_at_work = threading.Lock()
_clean_at: datetime | None = None


def send_due(*, now: datetime) -> bool:
    """Start the thread that sends, if messages are due and it is not at work; returns whether it was started.

    Costs two queries when nothing is due. Every process sweeps; the claim decides which one sends a message.
    """
    mark_abandoned(now)
    _clean(now)
    if not _due(now).exists() or not _at_work.acquire(blocking=False):
        return False
    threading.Thread(target=_send_all, name="mail", daemon=True).start()
    return True


def send_next(*, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Send the message that is due for longest; returns whether there was one."""
    message = _due(clock()).select_related("restaurant").order_by("due_at", "pk").first()
    if message is None:
        return False
    if message.useless_at is not None and message.useless_at <= clock():
        give_up_expired(message, clock())
    elif claim(message, clock()):
        if not connection.in_atomic_block:
            close_old_connections()  # orders can use the connection meanwhile
        hand_over(message, clock())
    return True


def _due(now: datetime) -> MessageQuerySet:
    return Message.objects.filter(status__literal_exact=MessageStatus.QUEUED, due_at__lte=now)


def _send_all() -> None:
    try:
        for _each in range(AT_ONCE):
            if not send_next():
                break
    except (AnyDatabaseError, Overloaded) as error:  # the next sweep tries again
        log.warning("messages could not be read or settled", extra={"error": repr(error)})
    finally:
        close_old_connections()
        _at_work.release()


def _clean(now: datetime) -> None:
    """Delete old messages once an hour: they hold addresses."""
    global _clean_at
    if _clean_at is not None and now < _clean_at:
        return
    old = Message.objects.filter(created_at__lt=now - KEPT).order_by("created_at").values_list("pk", flat=True)
    keys = list(old[:CLEAN_ROWS])
    if keys:
        with writing():
            Message.objects.filter(pk__in=keys).delete()
    _clean_at = now if len(keys) == CLEAN_ROWS else now + CLEAN_EVERY
