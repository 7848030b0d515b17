"""Text messages through an HTTP gateway (`SMS_URL`), else notes in the log.

The gateway gets `{"id", "to", "from", "text"}` as JSON with the token as bearer. Any answer 2xx means accepted; `id`
and `Idempotency-Key` are the same for every attempt of a message.
"""

import http.client
import json
import ssl
from contextlib import closing
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from bistro.mail.channels.console import note
from bistro.mail.channels.outcomes import NotSent, PerhapsSent, nothing_leaves, said
from bistro.mail.models import Message, Trouble

_LATER = {408, 425, 429, 503}
_LOGIN = {401, 403}


def is_set_up() -> bool:
    """Return whether messages really leave this server."""
    return bool(settings.SMS_URL)


def described() -> str:
    """Return the settings in a sentence, without secrets."""
    if not is_set_up():
        return nothing_leaves()
    named = {"host": urlsplit(settings.SMS_URL).hostname, "sender": settings.SMS_SENDER or "–"}
    return _("Through %(host)s, from %(sender)s.") % named


def send(message: Message) -> str:
    """Send a text message and return the way it left. Raises NotSent or PerhapsSent."""
    if not is_set_up():
        note("a text message, not sent because no SMS gateway is set up", message.to, "", message.body)
        return "console"
    with closing(_connected()) as connection:
        status = _posted(connection, message)
    if 200 <= status < 300:
        return "http"
    if status in _LATER:
        raise NotSent(Trouble.BUSY, said(status))
    if status in _LOGIN:
        raise NotSent(Trouble.LOGIN, said(status))
    if status >= 500:  # the gateway failed somewhere on the way
        raise PerhapsSent(answer=said(status))
    raise NotSent(Trouble.REFUSED, said(status), final=True)


def _connected() -> http.client.HTTPConnection:
    """Connect to the gateway. Nothing of the message has left when this fails."""
    url = urlsplit(settings.SMS_URL)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=settings.EMAIL_TIMEOUT)
    try:
        connection.connect()
    except ssl.SSLError:
        raise NotSent(Trouble.ENCRYPTION) from None
    except TimeoutError:
        raise NotSent(Trouble.TIMEOUT) from None
    except OSError:
        raise NotSent(Trouble.UNREACHABLE) from None
    return connection


def _posted(connection: http.client.HTTPConnection, message: Message) -> int:
    url = urlsplit(settings.SMS_URL)
    facts = {"id": str(message.uid), "to": message.to, "from": settings.SMS_SENDER, "text": message.body}
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(message.uid)}
    if settings.SMS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
    try:
        connection.request(
            "POST", f"{url.path or '/'}{'?' if url.query else ''}{url.query}", json.dumps(facts), headers
        )
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        raise PerhapsSent from None
