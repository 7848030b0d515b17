"""The steps of one message on its way: claimed, handed over, settled.

Each step is one conditional UPDATE whose rows are counted, in a unit of work of its own; no transaction is open while a
server is spoken to.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import F

from bistro.core.kernel.actors import Actor
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.mail.channels import CHANNELS
from bistro.mail.channels.outcomes import NotSent, PerhapsSent
from bistro.mail.models import Message, Trouble
from bistro.mail.steps import TRIES
from bistro.mail.transitions import MessageStatus, move_messages

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # longer than a server that answers each step at the last moment
PAUSES = [timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 45, 120)]  # after the first attempt, the second, …


def writing() -> UnitOfWork:
    """Return a unit of work without an actor's rights, for the sender."""
    return UnitOfWork(Actor.system(None, "mail"))


def claim(message: Message, now: datetime) -> bool:
    """Take a waiting message; returns whether this process got it. From here on it is sent at most once."""
    rows = Message.objects.filter(pk=message.pk, attempts=message.attempts)
    with writing():
        taken = move_messages(
            rows,
            [MessageStatus.QUEUED],
            MessageStatus.SENDING,
            attempts=F("attempts") + 1,
            tries_left=F("tries_left") - 1,
            taken_until=now + LEASE,
        )
    if taken != 1:
        return False
    message.attempts += 1
    message.tries_left -= 1
    return True


def hand_over(message: Message, now: datetime) -> None:
    """Send a claimed message and record the outcome. A process that dies in between leaves the lease to run out."""
    try:
        sent_by = CHANNELS[message.channel].send(message)
    except NotSent as failure:
        _not_sent(message, failure, now)
    except PerhapsSent as doubt:
        settle(message, MessageStatus.UNKNOWN, trouble=doubt.trouble, answer=doubt.answer, ended_at=now)
    except Exception as error:  # a fault of ours must not stop the messages behind it
        log.error("a message could not be handed over", extra={"row": message.pk, "error": type(error).__name__})
        settle(message, MessageStatus.UNKNOWN, trouble=Trouble.LOST, answer="", ended_at=now)
    else:
        sent = {"sent_by": sent_by, "trouble": "", "answer": "", "subject": "", "body": "", "ended_at": now}
        settle(message, MessageStatus.SENT, **sent)


def settle(message: Message, new: MessageStatus, **fields: object) -> int:
    """Record the outcome of one attempt, unless a person has decided about the message meanwhile."""
    rows = Message.objects.filter(pk=message.pk, attempts=message.attempts)
    with writing():
        return move_messages(rows, [MessageStatus.SENDING, MessageStatus.UNKNOWN], new, taken_until=None, **fields)


def give_up_expired(message: Message, now: datetime) -> None:
    """Give up a waiting message whose offer has expired, and erase its text, which nobody may send again."""
    rows = Message.objects.filter(pk=message.pk, attempts=message.attempts)
    gone = {"trouble": Trouble.LATE, "answer": "", "subject": "", "body": "", "ended_at": now}
    with writing():
        move_messages(rows, [MessageStatus.QUEUED], MessageStatus.FAILED, **gone)


def mark_abandoned(now: datetime) -> int:
    """Mark the messages whose sender died: nobody knows whether they were sent. Returns their number."""
    rows = Message.objects.filter(status__literal_exact=MessageStatus.SENDING, taken_until__lt=now)
    if not rows.exists():
        return 0
    with writing():
        return move_messages(
            rows,
            [MessageStatus.SENDING],
            MessageStatus.UNKNOWN,
            taken_until=None,
            trouble=Trouble.STOPPED,
            answer="",
            ended_at=now,
        )


def _not_sent(message: Message, failure: NotSent, now: datetime) -> None:
    said = {"trouble": failure.trouble, "answer": failure.answer}
    if failure.final or message.tries_left == 0:
        settle(message, MessageStatus.FAILED, ended_at=now, **said)
        return
    made = min(max(TRIES - message.tries_left, 1), len(PAUSES))
    settle(message, MessageStatus.QUEUED, due_at=now + PAUSES[made - 1], **said)
