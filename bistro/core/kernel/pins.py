"""PINs: their form, and the ones that are too easy to guess."""

import re
import secrets

from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput

SHORTEST, LONGEST = 4, 8
ONE_TIME_DIGITS = 6
_FORM = re.compile(f"[0-9]{{{SHORTEST},{LONGEST}}}")
_UP, _DOWN = "01234567890", "09876543210"


def is_weak(pin: str) -> bool:
    """Return whether the digits are one or two repeated (0000, 1212), or a run (2345, 9876)."""
    repeated = pin == pin[0] * len(pin) or (len(pin) % 2 == 0 and pin == pin[:2] * (len(pin) // 2))
    return repeated or pin in _UP or pin in _DOWN


def require_good_pin(pin: str) -> str:
    """Return a PIN that may be set. Raises InvalidInput."""
    if not _FORM.fullmatch(pin):
        message = gettext("A PIN has %(shortest)s to %(longest)s digits.") % {"shortest": SHORTEST, "longest": LONGEST}
        raise InvalidInput(message, code="invalid_pin", fields={"new_pin": [message]})
    if is_weak(pin):
        message = gettext("This PIN is too easy to guess. Avoid repeated digits and runs such as 1234.")
        raise InvalidInput(message, code="weak_pin", fields={"new_pin": [message]})
    return pin


def one_time_pin() -> str:
    """Return a random PIN that is not easy to guess."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(ONE_TIME_DIGITS))
        if not is_weak(pin):
            return pin
