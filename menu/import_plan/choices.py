"""The choices of a group in an import: new ones, changed ones, and those that are archived or come back."""

from typing import Any

from bistro.core.kernel.money import text
from bistro.core.kernel.names import name_key
from menu.allergens import Stated
from menu.import_plan.known import KnownMenu
from menu.import_plan.results import Rows
from menu.imported import ImportedGroup, ImportedModifier
from menu.models import Modifier, ModifierGroup
from menu.statements import levels_of
from menu.translations import merged


def new_choices(known: KnownMenu, rows: Rows, group: ModifierGroup, definition: ImportedGroup) -> list[Modifier]:
    """Return the rows of a new group's choices, and note their statements about allergens."""
    return [_new(known, rows, group, choice, place) for place, choice in enumerate(definition.modifiers)]


def change_group(known: KnownMenu, rows: Rows, group: ModifierGroup, definition: ImportedGroup) -> None:
    """Change a known group into the definition. Choices that it lacks are archived."""
    wanted: dict[str, Any] = {"name": definition.name, "min": definition.min, "max": definition.max}
    wanted["translations"] = merged(group.translations, definition.translations)
    changed = {name: value for name, value in wanted.items() if getattr(group, name) != value}
    if changed:
        rows.change(group, changed, {name: (getattr(group, name), value) for name, value in changed.items()})
    in_use = {row.name_key: row for row in known.choices[group.pk]}
    result = [_choice(known, rows, group, in_use, choice) for choice in definition.modifiers]
    for row in in_use.values():
        rows.change(row, {"archived_at": known.now}, {"archived_at": (None, known.now)})
    stay = [row for row in known.choices[group.pk] if row in result]
    if result[: len(stay)] == stay and len(stay) == len(result):
        return
    for place, row in enumerate(result):
        if row._state.adding:
            row.position = place
        elif row.position != place:
            rows.change(row, {"position": place}, {})


def _choice(
    known: KnownMenu, rows: Rows, group: ModifierGroup, in_use: dict[str, Modifier], choice: ImportedModifier
) -> Modifier:
    """Return the row of a choice: the group's own, which leaves `in_use`, an archived one, or a new one."""
    key = name_key(choice.name)
    row = in_use.pop(key, None)
    if row is None:
        row = known.archived_choices.get((group.pk, key))
        if row is None:
            row = _new(known, rows, group, choice, 0)
            rows.choices.append(row)
            rows.added_choices.append(row)
            return row
        back = {"archived_at": None, "off_since": None if choice.available else known.now}
        rows.change(row, back, {"archived_at": (row.archived_at, None)})
    wanted: dict[str, Any] = {"name": choice.name, "price": choice.price, "is_default": choice.is_default}
    wanted["translations"] = merged(row.translations, choice.translations)
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if changed:
        shown = {name: (_shown(getattr(row, name), known), _shown(value, known)) for name, value in changed.items()}
        rows.change(row, changed, shown)
    rows.state(row, stated_by(choice), known.levels(row))
    return row


def _new(known: KnownMenu, rows: Rows, group: ModifierGroup, choice: ImportedModifier, place: int) -> Modifier:
    row = Modifier(
        restaurant_id=known.restaurant_id,
        group=group,
        name=choice.name,
        price=choice.price,
        is_default=choice.is_default,
        translations=merged({}, choice.translations),
        off_since=None if choice.available else known.now,
        position=place,
    )
    rows.state(row, stated_by(choice), {})
    return row


def stated_by(choice: ImportedModifier) -> Stated:
    """Return the statements of a checked choice."""
    return levels_of(choice.contains, choice.may_contain, choice.free_of)


def _shown(value: object, known: KnownMenu) -> object:
    return value if isinstance(value, bool | str | dict) else text(value, known.currency)  # type: ignore[arg-type]
