"""The fourteen allergens of Annex II to EU regulation 1169/2011, the levels of a statement, and the diets."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.names import name_key

ALLERGENS: tuple[tuple[str, str], ...] = (
    ("gluten", "Cereals with gluten"),
    ("crustaceans", "Crustaceans"),
    ("eggs", "Eggs"),
    ("fish", "Fish"),
    ("peanuts", "Peanuts"),
    ("soybeans", "Soybeans"),
    ("milk", "Milk"),
    ("nuts", "Nuts"),
    ("celery", "Celery"),
    ("mustard", "Mustard"),
    ("sesame", "Sesame"),
    ("sulphites", "Sulphites"),
    ("lupin", "Lupin"),
    ("molluscs", "Molluscs"),
)
DIETS: tuple[tuple[str, Any], ...] = (
    ("vegetarian", _("Vegetarian")),
    ("vegan", _("Vegan")),
    ("gluten free", _("Gluten free")),
    ("lactose free", _("Lactose free")),
    ("halal", _("Halal")),
    ("kosher", _("Kosher")),
)
# Other words for the same allergens, as menus and older clients write them ("Soy allergy").
_SYNONYMS = {
    "gluten": ("wheat", "cereals"),
    "crustaceans": ("shellfish",),
    "soybeans": ("soy", "soya"),
    "milk": ("dairy", "lactose"),
    "nuts": ("tree nut", "tree nuts"),
    "sulphites": ("sulfite", "sulfites"),
    "molluscs": ("mollusk", "mollusks"),
}
_ALLERGY = " allergy"


class Level(TextChoices):
    """The level of a statement. An allergen without a statement is *not stated*, which never means free of it."""

    CONTAINS = "contains", _("Contains")
    MAY_CONTAIN = "may_contain", _("May contain")
    FREE_OF = "free_of", _("Free of")


Stated = Mapping[str, str]  # {code of an allergen: level}, without the allergens that are not stated


def of_level(stated: Stated, level: str) -> list[str]:
    """Return the codes that are stated with this level."""
    return [code for code, said in stated.items() if said == level]


def words_of(catalogue: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return {comparable word: code} of a catalogue of (code, name): codes, names, singulars and synonyms.

    A code precedes a name, and both precede the derived words.
    """
    rows = list(catalogue)
    named = {name_key(name): code for code, name in rows}
    known = {code for code, _name in rows}
    derived = {word: code for code, words in _SYNONYMS.items() if code in known for word in words}
    for word, code in [*named.items(), *((name_key(code), code) for code in known)]:
        derived.setdefault(word.removesuffix("s"), code)
    return derived | named | {name_key(code): code for code in known}


def declared_by(name: str, words: Mapping[str, str]) -> str | None:
    """Return the code that a choice named "… allergy" declares, or None for any other name."""
    key = name_key(name)
    return words.get(key.removesuffix(_ALLERGY)) if key.endswith(_ALLERGY) else None
