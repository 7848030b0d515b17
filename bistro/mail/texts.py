"""The words of a message, in the language of its reader, and the checks of addresses."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from bistro.core.kernel.errors import InvalidInput
from bistro.mail.models import Channel

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_WRITTEN_BETWEEN_DIGITS = re.compile(r"[\s()./\-]")


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a message. A text message has no subject."""

    subject: str
    body: str


def in_language(language: str, write: Callable[[], Text]) -> Text:
    """Return the words in a language. Raises InvalidInput for a subject of several lines, which could add headers."""
    with override(language):
        text = write()
    if not text.subject.isprintable():
        raise InvalidInput(_("The subject of a message is one line."), code="invalid_subject")
    return text


def checked_address(channel: str, typed: str) -> str:
    """Return an e-mail address or phone number in its stored form. Raises InvalidInput."""
    return _phone(typed) if channel == Channel.SMS else _email(typed)


def _email(typed: str) -> str:
    address = typed.strip(" ")
    try:
        validate_email(address)
        if not address.isprintable() or len(address) > 254:
            raise ValidationError("")
    except ValidationError:
        raise _refusal("email", _("This is not an e-mail address. Write it like ana@example.com.")) from None
    return address


def _phone(typed: str) -> str:
    number = _WRITTEN_BETWEEN_DIGITS.sub("", typed)
    number = f"+{number[2:]}" if number.startswith("00") else number
    if not _PHONE.fullmatch(number):
        raise _refusal("phone", _("This is not a phone number with its country. Write it like +49 30 123456."))
    return number


def _refusal(field: str, words: str) -> InvalidInput:
    return InvalidInput(words, code=f"invalid_{field}", fields={field: [words]})
