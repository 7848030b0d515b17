"""Services of bulk changes: plan, apply, undo. A plan is shown before it is applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.writing.configuration_events import ConfigurationChanged
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.bulk.kinds import Kind, Said, Value, kind_of
from menu.bulk.models import BulkChange
from menu.models import Item
from menu.steps import touch_menu

SHOWN = 10  # names in a message


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A dish that would change, with both values in JSON types and in words."""

    item: Item
    before: Value
    after: Value
    before_words: str
    after_words: str

    @property
    def name(self) -> str:
        """The dish's name."""
        return self.item.name

    def as_json(self) -> dict[str, Any]:
        """Return the row as `BulkChange.rows` keeps it."""
        return {
            "id": self.item.pk,
            "name": self.item.name,
            "before": self.before,
            "after": self.after,
            "before_words": self.before_words,
            "after_words": self.after_words,
        }


def plan_bulk(*, kind: str, item_ids: Sequence[int], said: Said, actor: Actor) -> list[PlannedRow]:
    """Return the dishes that would change, in the order of the menu. Writes nothing.

    Raises InvalidInput for an unknown kind, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    items = list(_items(actor).filter(pk__in=item_ids))
    return _planned(kind_of(kind), items, said, restaurant_of(actor))


def apply_bulk(*, kind: str, seen: Mapping[int, Value], said: Said, actor: Actor) -> BulkChange:
    """Change the dishes of a plan. `seen` holds the value that the plan showed for each of them.

    Locks: restaurant, dishes. Same transaction: history, log, the menu's version. Raises LostRace if one of them has
    another value now or is archived, InvalidInput if nothing changes or the kind is unknown, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    chosen = kind_of(kind)
    with UnitOfWork(actor) as work:
        house = lock_restaurant(work)
        items = list(_items(actor).filter(pk__in=list(seen)).locked())
        present = chosen.present(items, house)
        stale = [item.name for item in items if present[item.pk] != seen[item.pk]]
        if stale or len(items) < len(seen):
            raise _changed_meanwhile(stale)
        planned = _planned(chosen, items, said, house)
        if not planned:
            raise InvalidInput(gettext("Nothing would change."))
        _write(chosen, [(row.item, row.before, row.after) for row in planned], work)
        rows = [row.as_json() for row in planned]
        change = BulkChange.objects.create(
            restaurant=house, kind=kind, rows=rows, by=work.actor.label[:120], at=work.now
        )
        touch_menu(work, f"bulk change of {len(rows)} dishes")
    return change


def undo_bulk(*, change_id: int, actor: Actor) -> BulkChange:
    """Restore the dishes of a bulk change that still have the value which it set; `left` names the others.

    Locks: restaurant, dishes. Raises LostRace if it was undone already, NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        house = lock_restaurant(work)
        change = BulkChange.objects.visible_to(actor).filter(pk=change_id).locked().first()
        if change is None:
            raise NotYours(gettext("There is no such change."), code="bulk_change_not_found")
        if change.undone_at is not None:
            raise LostRace(gettext("This is undone already."), code="changed_meanwhile")
        kind = kind_of(change.kind)
        items = {item.pk: item for item in _items(actor).filter(pk__in=[row["id"] for row in change.rows]).locked()}
        present, usable = kind.present(list(items.values()), house), kind.usable(house)
        back = [
            row for row in change.rows if present.get(row["id"], ...) == row["after"] and usable(row["before"])
        ]  # fmt: skip
        _write(kind, [(items[row["id"]], row["after"], row["before"]) for row in back], work)
        change.left = [row["name"] for row in change.rows if row not in back]
        change.undone_at, change.undone_by = work.now, work.actor.label[:120]
        change.save(update_fields=["left", "undone_at", "undone_by"])
        touch_menu(work, f"undo of a bulk change of {len(back)} dishes")
    return change


def _items(actor: Actor) -> Any:
    return Item.objects.visible_to(actor).not_archived()


def _planned(kind: Kind, items: Sequence[Item], said: Said, house: Restaurant) -> list[PlannedRow]:
    present, wanted, words = kind.present(items, house), kind.wanted(items, said, house), kind.words(house)
    return [
        PlannedRow(item, present[item.pk], wanted[item.pk], words(present[item.pk]), words(wanted[item.pk]))
        for item in items
        if present[item.pk] != wanted[item.pk]
    ]


def _write(kind: Kind, changes: Sequence[tuple[Item, Value, Value]], work: UnitOfWork) -> None:
    """Write (dish, before, after) of locked dishes, with one event for each."""
    if not changes:
        return
    kind.write({item: after for item, _before, after in changes}, work)
    for item, before, after in changes:
        work.record(ConfigurationChanged(row=item, pk=item.pk, changed={kind.key: (before, after)}))


def _changed_meanwhile(names: Sequence[str]) -> LostRace:
    shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    message = gettext("Changed or archived since the preview: %(dishes)s. Look at the preview again.")
    return LostRace(message % {"dishes": shown or "–"}, code="changed_meanwhile")
