"""Parts of units of work that write messages. A message exists if, and only if, what it tells was saved."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_by_id
from bistro.core.models import Restaurant
from bistro.core.writing.people_events import MemberInvited, PasswordResetOffered
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from bistro.mail.models import Channel, Message
from bistro.mail.texts import Text, checked_address, in_language
from orders.documents.events import DocumentCopied

TRIES = 6  # with the pauses between them, about three hours


def write_message(
    *,
    kind: str,
    to: str,
    text: Callable[[], Text],
    restaurant: Restaurant,
    work: UnitOfWork,
    channel: str = Channel.EMAIL,
    language: str = "",
    useless_at: datetime | None = None,
    key: str | None = None,
) -> Message:
    """Write a message, to be sent after the unit has committed. The database refuses a second one with the same key.

    `text` is called in `language`, by default the restaurant's. Raises InvalidInput for a bad address or subject.
    """
    require_transaction()
    language = language or restaurant.language
    address = checked_address(channel, to)
    words = in_language(language, text)
    return Message.objects.create(
        restaurant=restaurant,
        kind=kind,
        channel=channel,
        to=address,
        language=language,
        subject=words.subject[:200],
        body=words.body,
        tries_left=TRIES,
        created_at=work.now,
        due_at=work.now,
        useless_at=useless_at,
        key=key,
    )


def mail_invitations(events: Sequence[MemberInvited], work: UnitOfWork) -> None:
    """Write the e-mail of each invitation whose maker asked for one. Raises InvalidInput for a bad address."""
    for event in events:
        if not event.token_to_mail:
            continue
        restaurant = restaurant_by_id(work.restaurant_id)
        link = f"{settings.PUBLIC_URL}{reverse('invitation', args=[event.token_to_mail])}"
        write_message(
            kind=Message.Kind.INVITATION,
            to=event.invitation.email,
            text=partial(_invitation, restaurant.name, link),
            restaurant=restaurant,
            work=work,
            useless_at=event.invitation.expires_at,
        )


def mail_receipts(events: Sequence[DocumentCopied], work: UnitOfWork) -> None:
    """Write the e-mail of each document that goes to a guest by e-mail. Raises InvalidInput for a bad address."""
    for event in events:
        if event.email:
            restaurant = restaurant_by_id(work.restaurant_id)
            link = f"{settings.PUBLIC_URL}{reverse('documents:receipt', args=[event.document.token])}"
            text = partial(_receipt, restaurant.name, event.document.code, link)
            write_message(kind=Message.Kind.RECEIPT, to=event.email, text=text, restaurant=restaurant, work=work)


def mail_password_resets(events: Sequence[PasswordResetOffered], work: UnitOfWork) -> None:
    """Write the e-mail of each link for a new password whose maker asked for one."""
    for event in events:
        if not event.token_to_mail:
            continue
        restaurant = restaurant_by_id(work.restaurant_id)
        link = f"{settings.PUBLIC_URL}{reverse('choose-password', args=[event.token_to_mail])}"
        write_message(
            kind=Message.Kind.PASSWORD,
            to=event.membership.staff.email,
            text=partial(_password, restaurant.name, link),
            restaurant=restaurant,
            work=work,
            language=event.membership.staff.language,
            useless_at=event.expires_at,
        )


def _receipt(restaurant: str, number: str, link: str) -> Text:
    named = {"restaurant": restaurant, "number": number, "link": link}
    return Text(
        subject=_("Your receipt %(number)s from %(restaurant)s") % named,
        body=_("Hello,\n\nhere is your receipt %(number)s:\n\n%(link)s\n\nThank you for your visit.\n%(restaurant)s")
        % named,
    )


def _password(restaurant: str, link: str) -> Text:
    named = {"restaurant": restaurant, "link": link}
    return Text(
        subject=_("A new password for %(restaurant)s") % named,
        body=_(
            "Hello,\n\n"
            "a manager of %(restaurant)s lets you choose a new password. Open this link:\n\n"
            "%(link)s\n\n"
            "The link works once, for one day. Your old password works until then."
        )
        % named,
    )


def _invitation(restaurant: str, link: str) -> Text:
    named = {"restaurant": restaurant, "link": link}
    return Text(
        subject=_("%(restaurant)s invites you") % named,
        body=_(
            "Hello,\n\n"
            "%(restaurant)s works with Bistro and invites you to join. Open this link to choose your password:\n\n"
            "%(link)s\n\n"
            "The link works once, for three days. If you did not expect this message, do nothing."
        )
        % named,
    )
