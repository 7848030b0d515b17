"""E-mail through Django's backends: SMTP with `EMAIL_HOST`, else notes in the log."""

import smtplib
import ssl
from contextlib import suppress
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from bistro.core.kernel.mailing import mail_leaves as is_set_up
from bistro.core.kernel.texts import clean_text
from bistro.mail.channels.outcomes import NotSent, PerhapsSent, nothing_leaves, said
from bistro.mail.models import Message, Trouble


def described() -> str:
    """Return the settings in a sentence, without secrets."""
    if not is_set_up():
        return nothing_leaves()
    safe = settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS
    named = {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT, "sender": settings.DEFAULT_FROM_EMAIL}
    if safe:
        return _("Through %(host)s, port %(port)s, encrypted, from %(sender)s.") % named
    return _("Through %(host)s, port %(port)s, NOT encrypted, from %(sender)s.") % named


def send(message: Message) -> str:
    """Send an e-mail and return the way it left. Raises NotSent or PerhapsSent."""
    email = _email(message)
    connection = get_connection()
    try:
        _open(connection)
        _hand_over(connection, email)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()
    return "smtp" if is_set_up() else "console"


def _email(message: Message) -> EmailMessage:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {"Message-ID": f"<{message.uid}@{address.rpartition('@')[2]}>", "Auto-Submitted": "auto-generated"}
    sender = formataddr((clean_text(message.restaurant.name), address))
    email = EmailMessage(message.subject, message.body, sender, [message.to], headers=headers)
    try:
        email.message()
    except ValueError:  # a line break in a header, or an address that cannot be encoded
        raise NotSent(Trouble.ADDRESS, final=True) from None
    return email


def _open(connection: Any) -> None:
    """Connect, encrypt and sign in. Nothing of the message has left when this fails."""
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(Trouble.LOGIN, said(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(Trouble.BUSY, said(error.smtp_code, error.smtp_error)) from None
    except (ssl.SSLError, smtplib.SMTPNotSupportedError):
        raise NotSent(Trouble.ENCRYPTION) from None
    except TimeoutError:
        raise NotSent(Trouble.TIMEOUT) from None
    except (OSError, smtplib.SMTPException) as error:
        silent = isinstance(error.__context__, TimeoutError)  # smtplib calls this a closed connection
        raise NotSent(Trouble.TIMEOUT if silent else Trouble.UNREACHABLE) from None


def _hand_over(connection: Any, email: EmailMessage) -> None:
    """Send the message over the open connection. Only an answer of the server proves that it did not leave."""
    try:
        connection.send_messages([email])
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(*next(iter(error.recipients.values()))) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from None
    except (OSError, smtplib.SMTPException):
        raise PerhapsSent from None


def _refused(code: int, words: bytes | str) -> NotSent:
    later = 400 <= code < 500
    return NotSent(Trouble.BUSY if later else Trouble.REFUSED, said(code, words), final=not later)
