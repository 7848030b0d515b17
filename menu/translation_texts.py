"""All texts of the menu beside their translations: the read model of the page that translates the whole menu."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from menu.models import Category, Item, Modifier, ModifierGroup

# {letter of a key: model}, in the order of their locks
MODELS: dict[str, Any] = {"c": Category, "i": Item, "g": ModifierGroup, "m": Modifier}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the menu. `key` is letter, id and field, such as `i12.name`; `part` is the heading above it."""

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


def texts_of(restaurant_id: int, language: str) -> list[Text]:
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
    told = row.translations.get(language, {})
    for field in ("name", "description") if letter == "i" else ("name",):
        original = getattr(row, field)
        if original:
            yield Text(f"{letter}{row.pk}.{field}", part, original, told.get(field, ""))


def key_of(key: str) -> tuple[str, int, str] | None:
    """Return (letter, id, field) of a key, None for anything else."""
    letter, (number, _dot, field) = key[:1], key[1:].partition(".")
    known = letter in MODELS and field in (("name", "description") if letter == "i" else ("name",))
    return (letter, int(number), field) if known and number.isdecimal() and len(number) < 19 else None


def missing(texts: Sequence[Text]) -> list[Text]:
    """Return the texts without a translation."""
    return [text for text in texts if not text.translation]
