"""Phone numbers and e-mail addresses of guests in the form in which they are stored and compared."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.texts import clean_text

_TRUNK = re.compile(r"^((?:\+|00)\d{1,3})\s*\(0\)")  # +49 (0)30 … is dialled without the 0
_BETWEEN = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_NUMBER = re.compile(r"\+?\d{5,15}")


def phone_of(typed: str) -> str:
    """Return a phone number as digits, with a leading `+` if it has its country. Raises InvalidInput."""
    number = digits_of(typed)
    if number and not _NUMBER.fullmatch(number):
        message = _("This is not a phone number. Write it like +49 30 123456.")
        raise InvalidInput(message, code="invalid_phone", fields={"phone": [message]})
    return number


def digits_of(typed: str) -> str:
    """Return what was typed without spaces, brackets and dashes, `+` in place of a leading `00`."""
    number = _BETWEEN.sub("", _TRUNK.sub(r"\1", clean_text(typed)))
    return f"+{number[2:]}" if number.startswith("00") else number


def email_of(typed: str) -> str:
    """Return an e-mail address in lower case. Raises InvalidInput."""
    address = clean_text(typed).lower()
    try:
        if address:
            validate_email(address)
        if len(address) > 254:
            raise ValidationError("long")
    except ValidationError:
        message = _("This is not an e-mail address. Write it like ana@example.com.")
        raise InvalidInput(message, code="invalid_email", fields={"email": [message]}) from None
    return address
