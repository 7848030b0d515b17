"""The menu as pads read it over the API: items, choices and prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bistro.core.kernel.names import name_key


@dataclass(frozen=True, slots=True)
class CardModifier:
    """A choice and its price."""

    id: int
    name: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class CardGroup:
    """A group of choices with its minimum and maximum."""

    name: str
    min: int
    max: int
    modifiers: tuple[CardModifier, ...]


@dataclass(frozen=True, slots=True)
class CardItem:
    """An item on sale."""

    id: int
    name: str
    price: Decimal
    available: bool
    portions_left: int | None
    popular: bool
    groups: tuple[CardGroup, ...]

    def price_with(self, modifiers: Iterable[CardModifier]) -> Decimal:
        """Return the price of one piece with these choices."""
        return self.price + sum((modifier.price for modifier in modifiers), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Card:
    """The whole menu."""

    version: str
    currency: str
    items: tuple[CardItem, ...]
    allergens: tuple[str, ...] = ()  # codes that a guest can declare

    def by_name(self) -> dict[str, CardItem]:
        """Return the items by normalised name."""
        return {name_key(item.name): item for item in self.items}


def read_card(body: dict[str, Any]) -> Card:
    """Parse the answer of GET /api/v1/menu."""
    items = [_item(raw) for category in body["categories"] for raw in category["items"]]
    return Card(str(body["version"]), str(body["currency"]), tuple(items), _codes(body))


def _codes(body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(allergen["code"] for allergen in body.get("allergens", ()))


def _item(raw: dict[str, Any]) -> CardItem:
    return CardItem(
        id=raw["id"],
        name=raw["name"],
        price=Decimal(raw["price"]),
        available=bool(raw["available"]),
        portions_left=raw.get("portions_left"),
        popular=bool(raw.get("popular")),
        groups=tuple(_group(group) for group in raw["modifier_groups"]),
    )


def _group(raw: dict[str, Any]) -> CardGroup:
    modifiers = tuple(
        CardModifier(modifier["id"], modifier["name"], Decimal(modifier["price"])) for modifier in raw["modifiers"]
    )
    return CardGroup(raw["name"], raw["min"], raw["max"], modifiers)
