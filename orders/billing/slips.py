"""Numbers of the slips of card terminals, which must not be numbers of cards (PCI DSS 4.0, requirement 3.3)."""

import re

from django.utils.translation import gettext as _

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.texts import clean_text

LONGEST = 40
_CARD = re.compile(r"[2-6]\d{12,18}")  # of the large networks, without spaces


def slip_number(text: str) -> str:
    """Return the number of a slip as it is stored. Raises InvalidInput (`card_number`) for the number of a card."""
    slip = clean_text(text)[:LONGEST]
    digits = re.sub(r"[ .-]", "", slip)
    if _CARD.fullmatch(digits) and _checks(digits):
        message = _("This looks like the number of a card. Enter the number of the slip, or the last four digits.")
        raise InvalidInput(message, code="card_number", fields={"slip": [message]})
    return slip


def _checks(digits: str) -> bool:
    """Return whether the last digit is the check digit of the others (Luhn, ISO/IEC 7812-1)."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(int(digit) for digit in digits[::-2]) + sum(each - 9 * (each > 9) for each in doubled)) % 10 == 0
