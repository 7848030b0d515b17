"""Services for what managers do with messages."""

from datetime import timedelta
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.mail.events import MessageDismissed, MessageSentAgain, MessageTested
from bistro.mail.models import Message
from bistro.mail.services.settling import LEASE, hand_over
from bistro.mail.steps import TRIES
from bistro.mail.texts import Text, checked_address, in_language
from bistro.mail.transitions import MessageStatus, move_messages

TROUBLED = [MessageStatus.FAILED, MessageStatus.UNKNOWN]
TESTS_AN_HOUR = 20


def send_again(*, message_id: int, actor: Actor) -> Message:
    """Queue a failed or unknown message once more.

    Raises NotYours, NotPermitted, InvalidInput if what the message offers has expired, LostRace.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        message = _own(message_id, actor)
        if message.useless_at is not None and message.useless_at <= work.now:
            raise InvalidInput(_("What this message offers has expired. Make a new one."), code="message_expired")
        fresh = {"tries_left": TRIES, "due_at": work.now, "ended_at": None}
        _move(message, MessageStatus.QUEUED, **fresh)
        work.record(MessageSentAgain(message=message))
    return message


def dismiss(*, message_id: int, actor: Actor) -> Message:
    """End the alarm of a failed or unknown message, and erase its text. Raises NotYours, NotPermitted, LostRace."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        message = _own(message_id, actor)
        _move(message, MessageStatus.DISMISSED, subject="", body="")
        work.record(MessageDismissed(message=message))
    return message


def send_test(*, channel: str, to: str, actor: Actor) -> Message:
    """Send a test message at once and return it with its outcome.

    Raises NotPermitted, InvalidInput for a bad address or too many tests.
    """
    actor.require(Permission.MANAGE)
    restaurant = restaurant_of(actor)
    language = restaurant.language
    with UnitOfWork(actor) as work:
        lock_restaurant(work)  # so that tests at the same moment count each other
        tests = Message.objects.visible_to(actor).filter(kind=Message.Kind.TEST)
        if tests.filter(created_at__gt=work.now - timedelta(hours=1)).count() >= TESTS_AN_HOUR:
            raise InvalidInput(_("Too many tests. Try again in an hour."), code="too_many_tests")
        words = in_language(language, partial(_test, restaurant.name))
        message = Message.objects.create(
            restaurant=restaurant,
            kind=Message.Kind.TEST,
            channel=channel,
            to=checked_address(channel, to),
            language=language,
            subject=words.subject,
            body=words.body,
            status=MessageStatus.SENDING,  # so that no sweep takes it
            attempts=1,
            tries_left=0,
            created_at=work.now,
            due_at=work.now,
            taken_until=work.now + LEASE,
        )
        work.record(MessageTested(message=message))
    hand_over(message, timezone.now())
    message.refresh_from_db()
    return message


def _test(restaurant: str) -> Text:
    named = {"restaurant": restaurant}
    return Text(
        subject=_("Test message of %(restaurant)s") % named,
        body=_("This is a test message of %(restaurant)s. If you read it, messages arrive.") % named,
    )


def _own(message_id: int, actor: Actor) -> Message:
    message = Message.objects.visible_to(actor).filter(pk=message_id).locked().first()
    if message is None:
        raise NotYours(_("There is no such message."), code="message_not_found")
    return message  # type: ignore[no-any-return]


def _move(message: Message, new: MessageStatus, **fields: object) -> None:
    if move_messages(Message.objects.filter(pk=message.pk), TROUBLED, new, **fields) != 1:
        raise LostRace(_("This message is on its way, sent or dismissed."), code="message_settled")
