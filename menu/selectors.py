"""Read functions of the menu for pages and the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from menu.allergens import Level, Stated, names_in, of_level
from menu.compiled import CompiledItem, MenuNow, menu_now
from menu.models import Item, MenuVersion, Pause
from menu.translations import best_language, text_in


@dataclass(frozen=True, slots=True)
class Availability:
    """The availability of an item. `portions_left` is None for an item that is not counted, `until` ends an 86."""

    available: bool
    portions_left: int | None
    until: datetime | None = None


def availability(restaurant_id: int) -> dict[int, Availability]:
    """Return {item: availability} of the items that are off or counted, in one query.

    Every other item is available.
    """
    rows = (
        Item.objects.of_restaurant(restaurant_id)
        .not_archived()
        .exclude(off_since=None, portions_left=None)
        .values_list("pk", "off_since", "portions_left", "off_until")
    )
    return {pk: Availability(off is None and left != 0, left, until) for pk, off, left, until in rows}


def menu_stamp(restaurant_id: int) -> str:
    """Return the stamp of the menu's ETag: `version.availability`."""
    row = MenuVersion.objects.filter(pk=restaurant_id).first()
    return f"{row.version}.{row.availability}" if row else "0.0"


def menu_as_sold(restaurant_id: int, preferred: Sequence[str] = ()) -> dict[str, Any]:
    """Return the menu as `MenuOutput` describes it (docs/contracts/bistro.md), in the best of the preferred languages.

    A text that is not translated is in the restaurant's own language.
    """
    now, states, at = menu_now(restaurant_id), availability(restaurant_id), timezone.now()
    pads, own = now.pauses.of_pads(at), now.menu.restaurant.language
    language = best_language(preferred, now.menu.languages, own)
    return {
        "version": menu_stamp(restaurant_id),
        "language": language,
        "languages": [own, *now.menu.languages],
        "currency": now.menu.currency,
        "allergens": [
            {"code": code, "name": name} for code, name in names_in(language, now.menu.allergens.names).items()
        ],
        "pads_paused_until": moment(pads) if pads else None,
        "categories": [
            {
                "id": category.id,
                "name": text_in(language, category),
                "items": [
                    _item(
                        item,
                        language,
                        states.get(item.id),
                        now.pauses.of_item(item.id, item.category_id, at),
                        now.menu.currency,
                    )
                    for item in category.items
                    if not item.open_price
                ],
            }
            for category in now.menu.categories
            if not all(item.open_price for item in category.items)
        ],
    }


def _item(
    item: CompiledItem, language: str, now: Availability | None, paused: datetime | None, currency: str
) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": text_in(language, item),
        "description": text_in(language, item, "description"),
        "price": text(item.price, currency),
        "available": (now is None or now.available) and paused is None,
        "off_until": moment(now.until) if now else None,
        "paused_until": moment(paused) if paused else None,
        "portions_left": now.portions_left if now else None,
        **_stated(item.stated),
        "allergens_checked_at": moment(item.allergens_checked_at),
        "diets": list(item.diets),
        "prep_minutes": item.prep_minutes,
        "popular": item.popular,
        "image": item.image or None,
        "modifier_groups": [
            {
                "id": group.id,
                "name": text_in(language, group),
                "min": group.min,
                "max": group.max,
                "modifiers": [
                    {
                        "id": choice.id,
                        "name": text_in(language, choice),
                        "price": text(choice.price, currency),
                        **_stated(choice.stated),
                    }
                    for choice in group.modifiers
                    if not choice.off
                ],
            }
            for group in item.groups
        ],
    }


def _stated(stated: Stated) -> dict[str, list[str]]:
    """Return the three lists of allergens. An allergen in none of them is not stated."""
    return {
        "allergens": of_level(stated, Level.CONTAINS),
        "may_contain": of_level(stated, Level.MAY_CONTAIN),
        "free_of": of_level(stated, Level.FREE_OF),
    }


def sellable_menu(restaurant_id: int) -> tuple[MenuNow, dict[int, Availability]]:
    """Return the menu in force and `availability`, for a page that takes orders."""
    return menu_now(restaurant_id), availability(restaurant_id)


@dataclass(frozen=True, slots=True)
class PausedNow:
    """A pause for pages."""

    id: int
    what: str
    until: datetime
    reason: str
    by: str


def paused_now(actor: Actor, now: datetime) -> list[PausedNow]:
    """Return the pauses in force in one query, the one that ends last at the end."""
    rows = Pause.objects.visible_to(actor).open().filter(until__gt=now).select_related("item", "category")
    return [PausedNow(row.pk, row.what, row.until, row.reason, row.by) for row in rows.order_by("until", "pk")]
