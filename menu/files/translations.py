"""The columns of a file with texts in other languages: `name:fr`, `description:fr`, `category:fr`, `options:fr`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext

from bistro.core.kernel.texts import clean_text
from menu.files.headers import TRANSLATION_COLUMNS
from menu.imported import ImportedGroup, ImportedModifier
from menu.models import Item
from menu.options_text import names_text, read_names
from menu.translations import MENU_LANGUAGES, TranslatedText, texts_of

Named = ImportedGroup | ImportedModifier


def texts_in_cells(cells: Mapping[str, str]) -> tuple[tuple[TranslatedText, ...], tuple[TranslatedText, ...]]:
    """Return the texts that a row states about its category, and about its dish."""
    category: list[TranslatedText] = []
    dish: list[TranslatedText] = []
    for column in TRANSLATION_COLUMNS:
        field, _colon, language = column.partition(":")
        text = clean_text(cells.get(column, ""))
        if text and field == "category":
            category.append((language, "name", text))
        elif text and field != "options":
            dish.append((language, field, text))
    return tuple(category), tuple(dish)


def with_translations(
    groups: tuple[ImportedGroup, ...] | None, cells: Mapping[str, str]
) -> tuple[tuple[ImportedGroup, ...] | None, dict[str, list[str]]]:
    """Return the groups of a row with the names in its cells `options:fr`, and the problems by column.

    A cell names the groups and choices of `options` in the same order.
    """
    problems: dict[str, list[str]] = {}
    for language in MENU_LANGUAGES:
        column = f"options:{language}"
        if not cells.get(column):
            continue
        try:
            groups = _named(groups, read_names(cells[column]), language)
        except ValueError as error:
            problems[column] = [str(error)]
    return groups, problems


def _named(
    groups: tuple[ImportedGroup, ...] | None, names: Sequence[ImportedGroup], language: str
) -> tuple[ImportedGroup, ...]:
    if groups is None:
        raise ValueError(gettext("This column needs the column “options”, whose names it translates."))
    if [len(group.modifiers) for group in groups] != [len(group.modifiers) for group in names]:
        raise ValueError(gettext("Name the same groups and choices in the same order as in “options”."))
    return tuple(
        replace(
            group,
            translations=_with(group, named.name, language),
            modifiers=tuple(
                replace(choice, translations=_with(choice, other.name, language))
                for choice, other in zip(group.modifiers, named.modifiers, strict=True)
            ),
        )
        for group, named in zip(groups, names, strict=True)
    )


def _with(row: Named, text: str, language: str) -> tuple[TranslatedText, ...]:
    """Return the translations of a group or choice with one more. The restaurant's own name is none."""
    text = clean_text(text)
    return row.translations if text == row.name else (*row.translations, (language, "name", text))


def translation_cells(item: Item, groups: Sequence[ImportedGroup]) -> dict[str, str]:
    """Return {column: text} of a dish's texts in other languages."""
    cells = {f"category:{language}": text for language, _field, text in texts_of(item.category.translations)}
    cells |= {f"{field}:{language}": text for language, field, text in texts_of(item.translations)}
    for language in _languages(groups):
        cells[f"options:{language}"] = "\n".join(names_text(group, language) for group in groups)
    return cells


def _languages(groups: Iterable[ImportedGroup]) -> list[str]:
    texts = [text for group in groups for text in group.translations]
    texts += [text for group in groups for choice in group.modifiers for text in choice.translations]
    return sorted({language for language, _field, _text in texts})
