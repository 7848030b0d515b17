"""The changes that an import would make, dish by dish."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.names import name_key
from menu.files.cells import cells_of, items_with_all, read_row
from menu.imported import ImportedCategory, ImportedItem
from menu.models import Item


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change of a field of a dish."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class PlannedDish:
    """A dish of an import and its changes."""

    name: str
    state: str
    changes: tuple[PlannedChange, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The dishes of an import, in their order."""

    dishes: tuple[PlannedDish, ...]

    def count(self, state: str) -> int:
        """Return the number of dishes in a state."""
        return sum(dish.state == state for dish in self.dishes)


def plan_import(*, categories: Sequence[ImportedCategory], actor: Actor) -> ImportPlan:
    """Return what an import would change."""
    currency = restaurant_of(actor).currency
    rows = items_with_all(Item.objects.visible_to(actor).not_archived())
    known = {row.name_key: row for row in rows}
    return ImportPlan(
        tuple(_planned(item, known.get(name_key(item.name)), currency) for cat in categories for item in cat.items)
    )


def _words(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _planned(item: ImportedItem, old: Item | None, currency: str) -> PlannedDish:
    if old is None:
        return PlannedDish(item.name, "new")
    before = read_row(cells_of(old, currency), currency)
    changes = tuple(
        PlannedChange(f.name, _words(getattr(before, f.name)), _words(getattr(item, f.name)))
        for f in fields(ImportedItem)
        if getattr(before, f.name) != getattr(item, f.name) and f.name not in ("available", "portions_left")
    )
    return PlannedDish(item.name, "changed" if changes else "unchanged", changes)
