"""Names and descriptions of the menu in other languages than the restaurant's.

A category, dish, choice group or choice keeps them in `translations`, as {language: {field: text}}. Its own columns
hold the text in the restaurant's language, which kitchen, orders and slips use.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation.trans_real import parse_accept_lang_header

Translations = Mapping[str, Mapping[str, str]]
TranslatedText = tuple[str, str, str]  # language, field, text
TRANSLATED_FIELDS = ("name", "description")
# {code: own name} of the languages that a menu can have.
MENU_LANGUAGES = dict(settings.GUEST_LANGUAGES)


class Translated(Protocol):
    """A row of the menu, or its compiled form."""

    @property
    def translations(self) -> Translations: ...


def other_languages(own: str) -> dict[str, str]:
    """Return the languages beside the restaurant's own."""
    return {code: name for code, name in MENU_LANGUAGES.items() if code != own}


def text_in(language: str, row: Translated, field: str = "name") -> str:
    """Return a text of a row in a language, or in the restaurant's own if it is not translated."""
    return row.translations.get(language, {}).get(field) or str(getattr(row, field))


def preferred_languages(accept_language: str, own: str) -> tuple[str, ...]:
    """Return the languages of an Accept-Language header that a menu can have, best first, up to `own`."""
    known = {own, *MENU_LANGUAGES}
    found: list[str] = []
    for tag, _weight in parse_accept_lang_header(accept_language[:200].lower()):
        language = tag.split("-")[0]
        if language in known and language not in found:
            found.append(language)
        if language == own:
            break
    return tuple(found)


def best_language(preferred: Sequence[str], available: Collection[str], own: str) -> str:
    """Return the first preferred language that the menu has, or the restaurant's own."""
    return next((language for language in preferred if language == own or language in available), own)


def languages_of(rows: Iterable[Translated]) -> tuple[str, ...]:
    """Return the languages into which at least one row is translated, in our order."""
    found = {language for row in rows for language in row.translations}
    return tuple(language for language in MENU_LANGUAGES if language in found)


def texts_of(translations: Translations) -> tuple[TranslatedText, ...]:
    """Return translations as sorted texts, which can be compared and hashed."""
    return tuple(
        sorted((language, field, text) for language, fields in translations.items() for field, text in fields.items())
    )


def merged_texts(before: Iterable[TranslatedText], changes: Iterable[TranslatedText]) -> tuple[TranslatedText, ...]:
    """Return sorted texts with some of them replaced."""
    return texts_of(merged(merged({}, before), changes))


def merged(before: Translations, changes: Iterable[TranslatedText]) -> dict[str, dict[str, str]]:
    """Return translations with some texts replaced, in our order. An empty text removes one."""
    texts = {(language, field): text for language, fields in before.items() for field, text in fields.items()}
    texts |= {(language, field): text for language, field, text in changes}
    kept: dict[str, dict[str, str]] = {}
    for language in (*MENU_LANGUAGES, *before):
        found = {field: texts.get((language, field), "") for field in TRANSLATED_FIELDS}
        if any(found.values()):
            kept[language] = {field: text for field, text in found.items() if text}
    return kept


def too_long(model: type[Model], texts: Iterable[TranslatedText]) -> dict[tuple[str, str], str]:
    """Return {(language, field): message} of the texts that are longer than their column allows."""
    problems = {}
    for language, field, text in texts:
        column: Any = model._meta.get_field(field)
        most = column.max_length
        if len(text) > most:
            problems[language, field] = gettext("At most %(most)s characters.") % {"most": most}
    return problems
