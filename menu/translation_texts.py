"""All texts of the menu beside their translations: the read model of the page that translates the whole menu."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext

from menu.models import Category, Item, Modifier, ModifierGroup

# {letter of a key: model}, in the order of their locks
MODELS: dict[str, Any] = {"c": Category, "i": Item, "g": ModifierGroup, "m": Modifier}


class TextKey(NamedTuple):
    """The place of a text: a row by the letter of its model and its id, and a field. Written `i12.name`."""

    letter: str
    pk: int
    field: str

    @classmethod
    def parse(cls, key: str) -> "TextKey | None":
        """Return the place that a key names, None for anything else."""
        letter, (number, _dot, field) = key[:1], key[1:].partition(".")
        is_key = letter in MODELS and field in _fields_of(letter) and number.isdecimal() and len(number) < 19
        return cls(letter, int(number), field) if is_key else None

    @property
    def row(self) -> tuple[str, int]:
        return self.letter, self.pk

    def __str__(self) -> str:
        return f"{self.letter}{self.pk}.{self.field}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the menu. `key` is a written `TextKey`; `part` is the heading above the text."""

    key: str
    part: str
    original: str
    translation: str

    @property
    def is_long(self) -> bool:
        return self.key.endswith(".description")

    @property
    def is_title(self) -> bool:
        """Return whether it is the name of a category or of a choice group."""
        return self.key[0] in "cg"


def menu_texts(restaurant_id: int, language: str) -> list[Text]:
    """Return the texts of the menu in its order: categories with dishes, then groups with choices. Four queries."""
    categories, items, groups, modifiers = (
        list(model.objects.of_restaurant(restaurant_id).not_archived()) for model in MODELS.values()
    )
    found: list[Text] = []
    for head, heads, rows, parent in (("c", categories, items, "category_id"), ("g", groups, modifiers, "group_id")):
        below = defaultdict(list)
        for row in rows:
            below[getattr(row, parent)].append(row)
        for each in heads:
            part = each.name if head == "c" else gettext("Choice: %(name)s") % {"name": each.name}
            found += _texts(head, each, part, language)
            for row in below[each.pk]:
                found += _texts("i" if head == "c" else "m", row, part, language)
    return found


def _texts(letter: str, row: Any, part: str, language: str) -> Iterator[Text]:
    translations = row.translations.get(language, {})
    for field in _fields_of(letter):
        original = getattr(row, field)
        if original:
            yield Text(str(TextKey(letter, row.pk, field)), part, original, translations.get(field, ""))


def _fields_of(letter: str) -> tuple[str, ...]:
    """Return the translated fields of a model."""
    return ("name", "description") if letter == "i" else ("name",)


def missing(texts: Sequence[Text]) -> list[Text]:
    """Return the texts without a translation."""
    return [text for text in texts if not text.translation]
