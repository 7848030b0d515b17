"""Cash on the bill's page: the notes that guests may give, and the amounts for the keypad."""

from dataclasses import dataclass
from decimal import Decimal
from json import dumps

from django.utils.translation import gettext, pgettext

from bistro.core.kernel.money import ZERO, display, text, unit, units_of
from bistro.core.models import Restaurant

NOTES = (5, 10, 20, 50, 100, 200)  # banknotes, in whole units of most currencies
MOST_NOTES = 3  # beside the exact amount


@dataclass(frozen=True, slots=True)
class Given:
    """Cash that guests may give: `value` for the form, `shown` on the button, `change` that they get."""

    value: str
    shown: str
    change: str


def notes_for(cash: Decimal, restaurant: Restaurant) -> list[Given]:
    """Return the sums of one kind of banknote that guests may give for an amount, smallest first."""
    scale = 1 if restaurant.rounding.digits else 100  # a yen is worth about a hundredth
    less = unit(restaurant.currency)
    sums = {(cash + note * scale - less) // (note * scale) * note * scale for note in NOTES}
    chosen = sorted(each for each in sums if each > cash)[:MOST_NOTES]
    money = {"currency": restaurant.currency, "locale": restaurant.locale}
    return [
        Given(text(note, restaurant.currency), display(note, **money), display(note - cash, **money)) for note in chosen
    ]


def keypad_terms(due: Decimal, tip: Decimal, restaurant: Restaurant) -> str:
    """Return the amounts of a payment in the smallest unit, and the words of the keypad, as JSON."""
    rounding = restaurant.rounding
    return dumps(
        {
            "due": units_of(due, rounding),
            "tip": units_of(tip, rounding),
            "coin": units_of(restaurant.cash_rounding or ZERO, rounding),
            "digits": rounding.digits,
            "currency": restaurant.currency,
            "locale": restaurant.locale.replace("_", "-"),
            "take": gettext("Take {amount} cash"),
            "change": pgettext("money back", "Change"),
            "missing": gettext("Missing"),
        }
    )
