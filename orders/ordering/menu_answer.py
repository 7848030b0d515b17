"""The whole menu for the order screen, as one cacheable JSON text for each menu version.

The rows are lists, because 1,500 dishes must fit into 400 kB; `static/js/order-menu.js` reads them:

    {"version": 12, "digits": 2, "allergens": [[code, name], …],
     "categories": [[id, name], …],
     "groups": [[id, name, min, max, [[id, name, price, default], …]], …],
     "items": [[id, category, name, price, course, [group ids], [contains], [may contain], [free of]], …]}

The row of an open item, whose name and price are typed, ends with 1.

Prices are texts, "" for nothing; allergens are places in `allergens`. Choices that are off are left out: a choice that
goes off raises the menu's version. Sold-out dishes, portions and pauses change more often and come with the draft.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.money import digits, text
from menu.allergens import Level, Stated, names_in, of_level
from menu.compiled import CompiledGroup, CompiledItem, CompiledMenu, CompiledModifier
from menu.per_version import PerMenuVersion

_answers: PerMenuVersion[str] = PerMenuVersion()


def menu_answer(menu: CompiledMenu) -> str:
    """Return the JSON text of a menu; built once for each menu version and process."""
    return _answers.get(menu.restaurant.pk, menu.version, lambda _before: dumps(_menu(menu)))


def _menu(menu: CompiledMenu) -> dict[str, Any]:
    codes = {code: place for place, code in enumerate(menu.allergens.names)}
    items = [item for category in menu.categories for item in category.items]
    groups = {group.id: group for item in items for group in item.groups}
    return {
        "version": menu.version,
        "digits": digits(menu.currency),
        "allergens": list(names_in(menu.restaurant.language, menu.allergens.names).items()),
        "categories": [[category.id, category.name] for category in menu.categories if category.items],
        "groups": [_group(group, menu.currency) for group in groups.values()],
        "items": [_item(item, menu.currency, codes) for item in items],
    }


def _group(group: CompiledGroup, currency: str) -> list[Any]:
    choices = [_choice(choice, currency) for choice in group.modifiers if not choice.off]
    return [group.id, group.name, group.min, group.max, choices]


def _choice(choice: CompiledModifier, currency: str) -> list[Any]:
    return [choice.id, choice.name, _price(choice.price, currency), int(choice.is_default)]


def _item(item: CompiledItem, currency: str, codes: dict[str, int]) -> list[Any]:
    return [
        item.id,
        item.category_id,
        item.name,
        text(item.price, currency),
        item.course,
        [group.id for group in item.groups],
        *(_places(item.stated, level, codes) for level in (Level.CONTAINS, Level.MAY_CONTAIN, Level.FREE_OF)),
        *([1] if item.open_price else []),
    ]


def _places(stated: Stated, level: str, codes: dict[str, int]) -> Sequence[int]:
    return [codes[code] for code in of_level(stated, level) if code in codes]


def _price(amount: Decimal, currency: str) -> str:
    return text(amount, currency) if amount else ""
