"""The shapes of the demo restaurant's data: plain values, no Django, so that anything may read them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

FREE = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Station:
    """A place in the kitchen; `key` is what categories and items name it by."""

    key: str
    name: str
    position: int
    cooks: int


@dataclass(frozen=True, slots=True)
class Modifier:
    """One choice in a group. `allergen` is the word that the kitchen screen shouts."""

    name: str
    price: Decimal = FREE
    is_default: bool = False
    allergen: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Choices that belong together: at least `min`, at most `max` of them."""

    name: str
    min: int
    max: int
    modifiers: tuple[Modifier, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a guest can order. `station` is set only where it differs from the category's."""

    name: str
    description: str
    price: Decimal
    tax: Decimal
    prep_minutes: int
    allergens: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()
    station: str | None = None
    portions_left: int | None = None
    available: bool = True
    popular: bool = False
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A heading of the menu, the course that its items are served in, and the station that makes them."""

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
    """A table on the plan: `x`, `y` is its top left corner before it is turned by `rotation` degrees."""

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
    """Somebody who works here. Passwords are made at random when the demo is created, never written down here."""

    name: str
    email: str
    role: str
