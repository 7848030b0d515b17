"""Sample menus for an empty restaurant, to be renamed and priced by its owner."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.money import unit
from menu.imported import ImportedCategory, ImportedItem

Dishes = Sequence[tuple[str | Promise, int]]  # (name, price in hundredths of a euro)
Categories = Sequence[tuple[str | Promise, int, Dishes]]  # (name, course, dishes)

_SOFT_DRINKS = (_("Water"), 320), (_("Cola"), 380), (_("Apple juice"), 390)
_COFFEES = (_("Espresso"), 280), (_("Coffee"), 340), (_("Cappuccino"), 390), (_("Tea"), 350)

# {key: (name, categories)}
SAMPLES: dict[str, tuple[str | Promise, Categories]] = {
    "restaurant": (
        _("Restaurant"),
        (
            (_("Starters"), 1, ((_("Soup of the day"), 690), (_("Green salad"), 720), (_("Beef tartare"), 1450))),
            (
                _("Main courses"),
                2,
                ((_("Steak with fries"), 2650), (_("Fish of the day"), 2390), (_("Risotto with mushrooms"), 1780)),
            ),
            (_("Desserts"), 3, ((_("Chocolate cake"), 790), (_("Ice cream"), 620))),
            (_("Drinks"), 1, (*_SOFT_DRINKS, (_("Beer"), 460), (_("House wine"), 590))),
            (_("Coffee and tea"), 3, _COFFEES),
        ),
    ),
    "cafe": (
        _("Café"),
        (
            (_("Coffee and tea"), 1, (*_COFFEES, (_("Hot chocolate"), 420))),
            (_("Breakfast"), 1, ((_("Croissant"), 290), (_("Eggs on toast"), 890), (_("Granola"), 780))),
            (_("Cakes"), 1, ((_("Cheesecake"), 520), (_("Apple pie"), 490))),
            (_("Cold drinks"), 1, _SOFT_DRINKS),
        ),
    ),
    "bar": (
        _("Bar"),
        (
            (_("Beer"), 1, ((_("Lager"), 460), (_("Wheat beer"), 490), (_("Beer without alcohol"), 430))),
            (_("Wine"), 1, ((_("White wine"), 590), (_("Red wine"), 590), (_("Sparkling wine"), 690))),
            (_("Cocktails"), 1, ((_("Gin and tonic"), 1050), (_("Negroni"), 1100), (_("Spritz"), 890))),
            (_("Cold drinks"), 1, _SOFT_DRINKS),
            (_("Snacks"), 1, ((_("Olives"), 450), (_("Cheese board"), 1290))),
        ),
    ),
}


def sample_menu(key: str, currency: str) -> list[ImportedCategory]:
    """Return a sample menu in the language of the page, with prices of the usual length in a currency."""
    return [
        ImportedCategory(
            str(category), tuple(ImportedItem(str(name), _price(cents, currency)) for name, cents in dishes), course
        )
        for category, course, dishes in SAMPLES[key][1]
    ]


def _price(cents: int, currency: str) -> Decimal:
    """Return 3.90 in euros, 390 in yen and 3.900 in dinars."""
    smallest = unit(currency)
    return Decimal(cents) if smallest == 1 else (Decimal(cents) / 100).quantize(smallest)
