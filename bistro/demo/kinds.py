"""Types for the demo restaurant's data: plain values without Django."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

FREE = Decimal("0.00")
EVERY_OTHER = (
    *("gluten", "crustaceans", "eggs", "fish", "peanuts", "soybeans", "milk"),
    *("nuts", "celery", "mustard", "sesame", "sulphites", "lupin", "molluscs"),
)


def _others(*stated: tuple[str, ...]) -> tuple[str, ...]:
    known = {code for codes in stated for code in codes}
    return tuple(code for code in EVERY_OTHER if code not in known)


@dataclass(frozen=True, slots=True)
class Station:
    """A station in the kitchen; categories and items refer to its `key`."""

    key: str
    name: str
    position: int
    cooks: int


@dataclass(frozen=True, slots=True)
class Modifier:
    """A choice in a group, with the allergens that it adds."""

    name: str
    price: Decimal = FREE
    is_default: bool = False
    contains: tuple[str, ...] = ()
    may_contain: tuple[str, ...] = ()

    @property
    def free_of(self) -> tuple[str, ...]:
        """Return all other allergens, because the demo's kitchen has checked its choices."""
        return _others(self.contains, self.may_contain)


@dataclass(frozen=True, slots=True)
class Group:
    """Choices that belong together: at least `min`, at most `max` of them."""

    name: str
    min: int
    max: int
    modifiers: tuple[Modifier, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item on sale. `station` is set only if it differs from the category's.

    `not_stated` are the allergens about which the kitchen says nothing, e.g. because the dish changes daily.
    """

    name: str
    description: str
    price: Decimal
    tax: tuple[tuple[str, Decimal], ...]  # (name, percent) of each component
    prep_minutes: int
    contains: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()
    may_contain: tuple[str, ...] = ()
    not_stated: tuple[str, ...] = ()
    station: str | None = None
    portions_left: int | None = None
    available: bool = True
    popular: bool = False
    groups: tuple[Group, ...] = ()

    @property
    def free_of(self) -> tuple[str, ...]:
        """Return the allergens that the demo's kitchen has found to be absent."""
        return _others(self.contains, self.may_contain, self.not_stated)


@dataclass(frozen=True, slots=True)
class Category:
    """A heading of the menu, with the course and the station of its items."""

    name: str
    position: int
    course: int
    station: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the room that one waiter looks after."""

    name: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table on the plan: `x`, `y` is its top left corner before the rotation by `rotation` degrees."""

    name: str
    section: str
    seats: int
    shape: str
    x: int
    y: int
    width: int
    height: int
    rotation: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. Passwords are random, created with the demo, and never part of this data."""

    name: str
    email: str
    role: str
