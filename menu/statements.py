"""Statements about the allergens of dishes and choices, read and written in bulk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from bistro.core.speed.bulk_insert import insert_rows
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.allergens import Level, Stated
from menu.models import Allergen, AllergenStatement, Item, Modifier

Subject = tuple[str, int]  # ("item" or "modifier", its id)


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements about one dish or choice. `checked_at` is the oldest check, None without statements."""

    levels: Stated
    checked_at: datetime | None


NOTHING_STATED = Statements({}, None)


def read_statements(restaurant_id: int) -> dict[Subject, Statements]:
    """Return the statements of every dish and choice about the allergens in use, in one query."""
    rows = (
        AllergenStatement.objects.of_restaurant(restaurant_id)
        .filter(allergen__archived_at=None)
        .values_list("item_id", "modifier_id", "allergen__code", "level", "checked_at")
    )
    levels: dict[Subject, dict[str, str]] = {}
    checked: dict[Subject, datetime] = {}
    for item_id, modifier_id, code, level, checked_at in rows:
        subject = _subject(item_id, modifier_id)
        levels.setdefault(subject, {})[code] = level
        checked[subject] = min(checked.get(subject, checked_at), checked_at)
    return {subject: Statements(found, checked[subject]) for subject, found in levels.items()}


def levels_of(
    contains: Iterable[str] = (), may_contain: Iterable[str] = (), free_of: Iterable[str] = ()
) -> dict[str, str]:
    """Return {code: level} of three lists of codes. The more serious level wins for a code in two lists."""
    return (
        dict.fromkeys(free_of, Level.FREE_OF.value)
        | dict.fromkeys(may_contain, Level.MAY_CONTAIN.value)
        | dict.fromkeys(contains, Level.CONTAINS.value)
    )


def state_allergens(
    work: UnitOfWork, wanted: Mapping[Item | Modifier, Stated], *, checked: bool = False
) -> dict[Item | Modifier, dict[str, str]]:
    """Replace the statements of saved dishes and choices, in a constant number of queries.

    A changed statement gets the actor and the time; with `checked` the unchanged ones too. Codes that are not in the
    catalogue are ignored. Statements about archived allergens stay. Returns the levels before of the changed ones.
    """
    require_transaction()
    if not wanted:
        return {}
    rows = Allergen.objects.of_restaurant(work.restaurant_id).not_archived()
    allergens = {allergen.code: allergen for allergen in rows}
    old = _rows_of(work, wanted)
    before: dict[Item | Modifier, dict[str, str]] = {}
    new: list[AllergenStatement] = []
    changed: list[AllergenStatement] = []
    for subject, stated in wanted.items():
        known = old.get(_key(subject), {})
        stated = {code: level for code, level in stated.items() if code in allergens}
        if {code: row.level for code, row in known.items()} != stated:
            before[subject] = {code: row.level for code, row in known.items()}
        for code, level in stated.items():
            row = known.pop(code, None) or _new_row(subject, allergens[code], work)
            if row.level != level or checked:
                row.level, row.checked_by, row.checked_at = level, work.actor.label[:120], work.now
                (changed if row.pk else new).append(row)
    gone = [row.pk for known in old.values() for row in known.values()]
    if gone:
        AllergenStatement.objects.filter(pk__any_of=gone).delete()
    insert_rows(new)
    AllergenStatement.objects.bulk_update(changed, ["level", "checked_by", "checked_at"], batch_size=200)
    return before


def copy_statements(work: UnitOfWork, item: Item, copy: Item) -> None:
    """Give the copy of a dish the statements of the original, with the person and time of each check."""
    require_transaction()
    rows = AllergenStatement.objects.of_restaurant(work.restaurant_id).filter(item=item, allergen__archived_at=None)
    common = {"restaurant_id": work.restaurant_id, "item": copy}
    names = ("allergen_id", "level", "checked_by", "checked_at")
    insert_rows([AllergenStatement(**common, **{name: getattr(row, name) for name in names}) for row in rows])


def _subject(item_id: int | None, modifier_id: int | None) -> Subject:
    return ("modifier", modifier_id) if modifier_id is not None else ("item", item_id or 0)


def _key(subject: Item | Modifier) -> Subject:
    assert subject.pk is not None
    return ("item" if isinstance(subject, Item) else "modifier"), subject.pk


def _rows_of(work: UnitOfWork, subjects: Iterable[Item | Modifier]) -> dict[Subject, dict[str, AllergenStatement]]:
    """Return {subject: {code: row}} of the statements about allergens in use."""
    wanted = [_key(subject) for subject in subjects]
    of_these = Q(item_id__any_of=[pk for kind, pk in wanted if kind == "item"])
    of_these |= Q(modifier_id__any_of=[pk for kind, pk in wanted if kind == "modifier"])
    rows = AllergenStatement.objects.of_restaurant(work.restaurant_id).filter(of_these, allergen__archived_at=None)
    found: dict[Subject, dict[str, AllergenStatement]] = {}
    for row in rows.select_related("allergen"):
        found.setdefault(_subject(row.item_id, row.modifier_id), {})[row.allergen.code] = row
    return found


def _new_row(subject: Item | Modifier, allergen: Allergen, work: UnitOfWork) -> AllergenStatement:
    return AllergenStatement(
        restaurant_id=work.restaurant_id,
        allergen=allergen,
        item=subject if isinstance(subject, Item) else None,
        modifier=subject if isinstance(subject, Modifier) else None,
    )
