"""The service that translates many texts of the menu at once."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.configuration_events import ConfigurationChanged
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.steps import touch_menu
from menu.translation_texts import MODELS, TextKey
from menu.translations import TranslatedText, merged, other_languages, too_long

Wanted = Mapping[TextKey, str]
Rows = dict[tuple[str, int], Any]
Changes = dict[tuple[str, int], list[TranslatedText]]


def translate_menu(*, language: str, texts: Mapping[str, str], seen: Mapping[str, str], actor: Actor) -> int:
    """Save translations by their keys (`menu.translation_texts`), all or none, and return the number of new ones.

    `seen` are the translations that the person saw, blank where there was none; equal texts change nothing, a blank
    one removes a translation. Locks: categories, dishes, groups, choices. Same transaction: history, log, the menu's
    version. Raises InvalidInput for another language or a text that is too long, LostRace (`changed_meanwhile`) with
    the present text of each key that somebody else changed, NotYours for a row that is gone, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    if language not in other_languages(restaurant_of(actor).language):
        raise InvalidInput(gettext("The menu cannot have this language."), code="language_unknown")
    wanted = _wanted(texts, seen)
    if not wanted:
        return 0
    with UnitOfWork(actor) as work:
        rows = _locked(wanted, work)
        changes = _changes(wanted, rows, language)
        _require_lengths(wanted, language)
        _require_as_seen(wanted, seen, rows, language)
        for row, changed in changes.items():
            _write(rows[row], changed, language, work)
        if changes:
            touch_menu(work, gettext("translations"))
    return sum(len(changed) for changed in changes.values())


def _wanted(texts: Mapping[str, str], seen: Mapping[str, str]) -> Wanted:
    """Return the texts that differ from those that the person saw. Raises NotYours for a key that is none."""
    wanted = {}
    for written, typed in texts.items():
        text = clean_text(typed)
        if text == seen.get(written, ""):
            continue
        key = TextKey.parse(written)
        if key is None:
            raise _gone()
        wanted[key] = text
    return wanted


def _locked(wanted: Wanted, work: UnitOfWork) -> Rows:
    """Lock the rows of these keys. Raises NotYours if one is missing or archived."""
    ids: dict[str, set[int]] = defaultdict(set)
    for key in wanted:
        ids[key.letter].add(key.pk)
    rows: Rows = {}
    for letter, model in MODELS.items():
        for row in model.objects.of_restaurant(work.restaurant_id).not_archived().filter(pk__in=ids[letter]).locked():
            rows[letter, row.pk] = row
    if len(rows) != sum(map(len, ids.values())):
        raise _gone()
    return rows


def _gone() -> NotYours:
    message = gettext("A dish or choice on this page is gone. Load the page again.")
    return NotYours(message, code="item_not_found")


def _changes(wanted: Wanted, rows: Rows, language: str) -> Changes:
    """Return {row: texts} of the texts that differ from what is stored."""
    changes: Changes = defaultdict(list)
    for key, text in wanted.items():
        if _stored(rows, key, language) != text:
            changes[key.row].append((language, key.field, text))
    return changes


def _stored(rows: Rows, key: TextKey, language: str) -> str:
    return str(rows[key.row].translations.get(language, {}).get(key.field, ""))


def _require_lengths(wanted: Wanted, language: str) -> None:
    problems = {}
    for key, text in wanted.items():
        for message in too_long(MODELS[key.letter], [(language, key.field, text)]).values():
            problems[str(key)] = [message]
    if problems:
        raise InvalidInput(gettext("Some texts are too long. Nothing was saved."), code="too_long", fields=problems)


def _require_as_seen(wanted: Wanted, seen: Mapping[str, str], rows: Rows, language: str) -> None:
    problems = {}
    for key, text in wanted.items():
        stored = _stored(rows, key, language)
        if stored not in (seen.get(str(key), ""), text):
            problems[str(key)] = [stored]
    if problems:
        message = gettext("Somebody else translated some of these texts meanwhile. Nothing was saved yet.")
        raise LostRace(message, code="changed_meanwhile", fields=problems)


def _write(row: Any, changes: list[TranslatedText], language: str, work: UnitOfWork) -> None:
    """Save the texts of a row and record them."""
    before = ", ".join(row.translations.get(language, {}).values())
    row.translations = merged(row.translations, changes)
    row.save(update_fields=["translations"])
    after = ", ".join(row.translations.get(language, {}).values())
    changed = {f"translations ({language})": (before, after)}
    work.record(ConfigurationChanged(row=row, pk=row.pk, changed=changed))
