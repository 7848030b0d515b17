"""The fields of the till's pages: notes and coins, amounts, keys."""

from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import digits
from bistro.core.kernel.numbers import whole_number
from bistro.core.models import Restaurant
from orders.till.services.counting import MOST_PIECES

PIECE = "piece-"
# Values of notes and coins in hundredths of what a euro or dollar is, largest first.
VALUES = (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
WITHOUT_DECIMALS = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1)


def values_of(restaurant: Restaurant) -> list[str]:
    """Return the values of notes and coins to count, largest first; coins below the smallest are left out."""
    places = digits(restaurant.currency)
    least = restaurant.cash_rounding or Decimal(0)
    values = [Decimal(each) / 100 for each in VALUES] if places else [Decimal(each) for each in WITHOUT_DECIMALS]
    return [f"{value:.{places}f}" for value in values if value >= least]


def pieces_in(data: QueryDict) -> dict[Decimal, int]:
    """Return the notes and coins of a form, {value: number}. Empty fields are none. Raises InvalidInput."""
    found = {}
    for name, typed in data.items():
        value = name.removeprefix(PIECE)
        if name == value or not str(typed).strip():
            continue
        number = whole_number(str(typed).strip(), most=MOST_PIECES)
        if number is None or not value.replace(".", "", 1).isdecimal() or len(value) > 12:
            message = gettext("“%(typed)s” is not a number of notes or coins.") % {"typed": str(typed)[:20]}
            raise InvalidInput(message, fields={name[:20]: [message]})
        found[Decimal(value)] = number
    return found
