"""Reads of the menu that are not one QuerySet."""

from dataclasses import dataclass
from typing import Any

from bistro.core.money import text
from menu.compiled import CompiledItem, CompiledMenu, current_menu
from menu.models import Item, MenuVersion


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether an item can be had now; `portions_left` is None when it is not counted."""

    available: bool
    portions_left: int | None


def availability(restaurant_id: int) -> dict[int, Availability]:
    """The items that are off or counted; every other item is available. One query."""
    rows = (
        Item.objects.of_restaurant(restaurant_id)
        .not_archived()
        .exclude(off_since=None, portions_left=None)
        .values_list("pk", "off_since", "portions_left")
    )
    return {pk: Availability(off is None and left != 0, left) for pk, off, left in rows}


def menu_stamp(restaurant_id: int) -> str:
    """What the menu's ETag is made of: its version and what is sold out."""
    row = MenuVersion.objects.filter(pk=restaurant_id).first()
    return f"{row.version}.{row.availability}" if row else "0.0"


def menu_as_sold(restaurant_id: int) -> dict[str, Any]:
    """CONTRACT D's menu: prices in force, availability, portions, allergens, modifiers."""
    menu = current_menu(restaurant_id)
    now = availability(restaurant_id)
    return {
        "version": menu_stamp(restaurant_id),
        "currency": menu.currency,
        "categories": [
            {
                "id": category.id,
                "name": category.name,
                "items": [_item(item, now.get(item.id)) for item in category.items],
            }
            for category in menu.categories
            if category.items
        ],
    }


def _item(item: CompiledItem, now: Availability | None) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "description": item.description,
        "price": text(item.price),
        "available": now.available if now else True,
        "portions_left": now.portions_left if now else None,
        "allergens": list(item.allergens),
        "diets": list(item.diets),
        "prep_minutes": item.prep_minutes,
        "popular": item.popular,
        "image": item.image or None,
        "modifier_groups": [
            {
                "id": group.id,
                "name": group.name,
                "min": group.min,
                "max": group.max,
                "modifiers": [
                    {"id": choice.id, "name": choice.name, "price": text(choice.price)}
                    for choice in group.modifiers
                    if not choice.off
                ],
            }
            for group in item.groups
        ],
    }


def sellable_menu(restaurant_id: int) -> tuple[CompiledMenu, dict[int, Availability]]:
    """The menu and what of it is off or counted, for a page that takes orders."""
    return current_menu(restaurant_id), availability(restaurant_id)
