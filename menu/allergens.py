"""The fourteen allergens of Annex II to EU regulation 1169/2011, the levels of a statement, and the diets."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.names import name_key

ALLERGENS: tuple[tuple[str, str], ...] = (
    (gettext_noop("gluten"), gettext_noop("Cereals with gluten")),
    (gettext_noop("crustaceans"), gettext_noop("Crustaceans")),
    (gettext_noop("eggs"), gettext_noop("Eggs")),
    (gettext_noop("fish"), gettext_noop("Fish")),
    (gettext_noop("peanuts"), gettext_noop("Peanuts")),
    (gettext_noop("soybeans"), gettext_noop("Soybeans")),
    (gettext_noop("milk"), gettext_noop("Milk")),
    (gettext_noop("nuts"), gettext_noop("Nuts")),
    (gettext_noop("celery"), gettext_noop("Celery")),
    (gettext_noop("mustard"), gettext_noop("Mustard")),
    (gettext_noop("sesame"), gettext_noop("Sesame")),
    (gettext_noop("sulphites"), gettext_noop("Sulphites")),
    (gettext_noop("lupin"), gettext_noop("Lupin")),
    (gettext_noop("molluscs"), gettext_noop("Molluscs")),
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


def word_of(text: str) -> str:
    """Return the code or the name of an allergen in the reader's language. What a house has named itself stays."""
    return gettext(text)


def names_in(language: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of a catalogue, {code: name}, in a language."""
    with override(language):
        return {code: word_of(name) for code, name in names.items()}


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
