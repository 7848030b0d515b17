"""The statements of an import about allergens: words of the file as codes of the catalogue."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext

from bistro.core.kernel.names import name_key
from menu.allergens import Level, Stated, words_of
from menu.imported import ImportedItem, ImportedModifier
from menu.statements import levels_of

COLUMN_OF = {Level.CONTAINS: "allergens", Level.MAY_CONTAIN: "may_contain", Level.FREE_OF: "free_of"}


class Catalogue:
    """The restaurant's allergens by code, name and other words."""

    def __init__(self, allergens: Mapping[str, str]) -> None:
        self.order = list(allergens)
        self.words = words_of(allergens.items())

    def codes(self, words: Iterable[str]) -> list[str]:
        """Return the codes that words mean. Raises ValueError for an unknown word, so that no misspelt one passes."""
        found = [(word, self.words.get(name_key(word))) for word in words]
        unknown = next((word for word, code in found if code is None), None)
        if unknown is not None:
            raise ValueError(
                gettext("“%(unknown)s” is not an allergen of the list. Use %(names)s.")
                % {"unknown": unknown, "names": ", ".join(self.order)}
            )
        return [code for _word, code in found if code is not None]

    def stated(self, imported: ImportedItem | ImportedModifier, before: Stated) -> Stated:
        """Return the statements after an import, in the catalogue's order. A list that is not given stays.

        Raises ValueError for an unknown word, and for an allergen that two lists name.
        """
        lists = {}
        for level in Level:
            words = getattr(imported, level.value)
            known = [code for code, stated in before.items() if stated == level]
            lists[level.value] = known if words is None else self.codes(words)
        levels = levels_of(**lists)
        for said, codes in lists.items():
            twice = next((code for code in codes if levels[code] != said), None)
            if twice is not None:
                raise ValueError(
                    gettext("“%(twice)s” cannot be both: %(value)s and %(value_2)s.")
                    % {"twice": twice, "value": _words(levels[twice]), "value_2": _words(said)}
                )
        return {code: levels[code] for code in self.order if code in levels}


def _words(level: str) -> str:
    return level.replace("_", " ")
