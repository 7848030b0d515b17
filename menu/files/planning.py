"""What an import would change, dish by dish, from the texts of both."""

from collections.abc import Sequence
from dataclasses import fields

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.names import name_key
from menu.imported import ImportedCategory, ImportedItem, ImportPlan, PlannedChange, PlannedDish
from menu.models import Item
from menu.spreadsheet import cells_of, items_with_all, read_row


def plan_import(*, categories: Sequence[ImportedCategory], actor: Actor, overwrite: bool = True) -> ImportPlan:
    currency = restaurant_of(actor).currency
    rows = items_with_all(Item.objects.visible_to(actor).not_archived())
    known = {row.name_key: row for row in rows}
    return ImportPlan(
        tuple(_planned(item, known.get(name_key(item.name)), currency) for cat in categories for item in cat.items)
    )


def _planned(item: ImportedItem, old: Item | None, currency: str) -> PlannedDish:
    if old is None:
        return PlannedDish(item.name, "new")
    before = read_row(cells_of(old, currency), currency)
    changes = tuple(
        PlannedChange(f.name, str(getattr(before, f.name)), str(getattr(item, f.name)))
        for f in fields(ImportedItem)
        if getattr(before, f.name) != getattr(item, f.name) and f.name not in ("available", "portions_left")
    )
    return PlannedDish(item.name, "changed" if changes else "unchanged", changes)
