"""Input of an import as plain values: rows of a file, of the demo or of another system."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.db.models import Model

from bistro.core.kernel.money import ZERO
from menu.taxes import DishTax
from menu.translations import TranslatedText


@dataclass(frozen=True, slots=True)
class ImportedModifier:
    """A choice of a modifier group. `available` counts only for a new choice: 86 is a matter of tonight.

    `contains`, `may_contain` and `free_of` are words for allergens. A known choice keeps its statements if the import
    says nothing about its allergens.
    """

    name: str
    price: Decimal = ZERO
    is_default: bool = False
    available: bool = True
    contains: tuple[str, ...] = ()
    may_contain: tuple[str, ...] = ()
    free_of: tuple[str, ...] = ()
    translations: tuple[TranslatedText, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedGroup:
    """A modifier group with all its choices, in order."""

    name: str
    min: int
    max: int
    modifiers: tuple[ImportedModifier, ...]
    translations: tuple[TranslatedText, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedItem:
    """A dish. None stands for what the import does not state: a known dish keeps it, a new one gets the default.

    A new dish without `tax` has the restaurant's default. `take_away_given` False keeps the tax of take-away of a known
    dish. `contains`, `may_contain` and `free_of` are words for allergens. `groups` are all groups of the dish in order.
    `stations` are the names of those that make the dish. `available` and `portions_left` count only for a new dish.
    `row` is the row of the file. `translations` are the texts in other languages that the import states, here and in
    the other classes; a known row keeps its others.
    """

    name: str
    price: Decimal
    description: str | None = None
    tax: DishTax | None = None
    take_away_given: bool = True
    prep_minutes: int | None = None
    contains: tuple[str, ...] | None = None
    may_contain: tuple[str, ...] | None = None
    free_of: tuple[str, ...] | None = None
    diets: tuple[str, ...] | None = None
    portions_left: int | None = None
    available: bool = True
    popular: bool | None = None
    groups: tuple[ImportedGroup, ...] | None = None
    stations: tuple[str, ...] | None = None
    row: int | None = None
    translations: tuple[TranslatedText, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedCategory:
    """A part of the menu with its items. Without `course` a known category keeps its course, a new one gets 1."""

    name: str
    items: tuple[ImportedItem, ...]
    course: int | None = None
    translations: tuple[TranslatedText, ...] = ()

    @classmethod
    def from_data(cls, data: Any) -> Self:
        """Convert any object with the same attribute names, e.g. the demo's data classes."""
        return cls(data.name, tuple(_item(item) for item in data.items), data.course)


def _item(data: Any) -> ImportedItem:
    return ImportedItem(
        name=data.name,
        price=data.price,
        description=data.description,
        tax=DishTax(data.tax),
        prep_minutes=data.prep_minutes,
        contains=tuple(data.contains),
        may_contain=tuple(data.may_contain),
        free_of=tuple(data.free_of),
        diets=tuple(data.diets),
        portions_left=data.portions_left,
        available=data.available,
        popular=data.popular,
        groups=tuple(
            ImportedGroup(
                group.name,
                group.min,
                group.max,
                tuple(_modifier(modifier) for modifier in group.modifiers),
            )
            for group in data.groups
        ),
    )


def _modifier(data: Any) -> ImportedModifier:
    return ImportedModifier(
        name=data.name,
        price=data.price,
        is_default=data.is_default,
        contains=tuple(data.contains),
        may_contain=tuple(data.may_contain),
        free_of=tuple(data.free_of),
    )


@dataclass(frozen=True, slots=True)
class ImportedPart:
    """A quantity of one ingredient, in the ingredient's unit."""

    ingredient: str
    quantity: Decimal
    unit: str = "piece"


@dataclass(frozen=True, slots=True)
class ImportedRecipe:
    """The recipe of one portion of a dish or, with `modifier`, of one of its choices."""

    item: str
    parts: tuple[ImportedPart, ...]
    modifier: str = ""

    @property
    def what(self) -> str:
        return f"{self.item}: {self.modifier}" if self.modifier else self.item


def need_no_check(row: Model) -> set[str]:
    """Return the fields to exclude from validation.

    These are computed fields and foreign keys of rows that were just read, which would cost a query each.
    """
    return {"name_key", "image"} | {field.name for field in row._meta.fields if field.is_relation}
