"""Differences between two states of a dish's choice groups, in words for the preview."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext, gettext_noop

from bistro.core.kernel.names import name_key
from menu.import_plan.results import PlannedChange
from menu.import_words import words_of
from menu.imported import ImportedGroup, ImportedModifier
from menu.options_text import Surcharge, choice_text, group_text
from menu.translations import TranslatedText

OPTIONS = "options"
GROUP = gettext_noop("choice group")


def _order_of(group: str) -> str:
    return gettext("%(group)s, order") % {"group": group}


def group_changes(
    before: ImportedGroup | None, after: ImportedGroup | None, surcharge: Surcharge, *, archived: bool = False
) -> Iterator[PlannedChange]:
    """Return the changes from one definition of a group to another. None: the dish does not offer the group.

    `archived` says that a choice which goes is archived for all dishes, not only gone from this one.
    """
    if before is None or after is None:
        lines = (group_text(group, surcharge) if group else "" for group in (before, after))
        yield PlannedChange(OPTIONS, gettext(GROUP), *lines)
        return
    if before.name != after.name:
        yield PlannedChange(OPTIONS, gettext("name of the group"), before.name, after.name)
    if (before.min, before.max) != (after.min, after.max):
        limits = (f"{group.min}-{group.max}" for group in (before, after))
        yield PlannedChange(OPTIONS, gettext("%(group)s, how many") % {"group": after.name}, *limits)
    yield from _name_changes(f"{after.name}, ", before, after)
    yield from _choice_changes(before, after, surcharge, archived)
    yield from _order_change(
        _order_of(after.name), [c.name for c in before.modifiers], [c.name for c in after.modifiers]
    )


def links_changes(before: Sequence[str], after: Sequence[str]) -> Iterator[PlannedChange]:
    """Return the change of the order of a dish's groups, if those that stay change places."""
    yield from _order_change(gettext("order of the choice groups"), before, after)


def _choice_changes(
    before: ImportedGroup, after: ImportedGroup, surcharge: Surcharge, archived: bool
) -> Iterator[PlannedChange]:
    old = {name_key(choice.name): choice for choice in before.modifiers}
    for choice in after.modifiers:
        known = old.pop(name_key(choice.name), None)
        if known is None or replace(known, translations=()) != replace(choice, translations=()):
            text = choice_text(known, surcharge) if known else ""
            yield PlannedChange(OPTIONS, after.name, text, choice_text(choice, surcharge))
        if known is not None:
            yield from _name_changes(f"{choice.name}, ", known, choice)
    for choice in old.values():
        yield PlannedChange(OPTIONS, after.name, choice_text(choice, surcharge), "", "archived" if archived else "")


def _name_changes(
    what: str, before: ImportedGroup | ImportedModifier, after: ImportedGroup | ImportedModifier
) -> Iterator[PlannedChange]:
    return translation_changes(OPTIONS, what, before.translations, after.translations)


def translation_changes(
    column: str, what: str, before: Iterable[TranslatedText], after: Iterable[TranslatedText]
) -> Iterator[PlannedChange]:
    """Return the changes of texts in other languages. `column` is that of the restaurant's own text, or empty."""
    old, new = ({(language, field): text for language, field, text in texts} for texts in (before, after))
    for language, field in sorted({*old, *new}):
        texts = old.get((language, field), ""), new.get((language, field), "")
        if texts[0] != texts[1]:
            yield PlannedChange(f"{column or field}:{language}", f"{what}{words_of(field)} ({language})", *texts)


def _order_change(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[PlannedChange]:
    keys = [name_key(name) for name in before], [name_key(name) for name in after]
    stay = [[key for key in each if key in keys[0] and key in keys[1]] for each in keys]
    if stay[0] != stay[1]:
        yield PlannedChange(OPTIONS, what, ", ".join(before), ", ".join(after))
