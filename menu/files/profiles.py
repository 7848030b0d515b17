"""Item exports of other systems: by which headers they are known, and what their columns mean.

Square, Toast and Odoo as they document or write their files. Lightspeed documents only its Retail export; files of
Lightspeed Restaurant, and any other file, go through the mapping of columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from menu.files.headers import header_key

# Square writes one column of Y and N for each tax: `Tax - GST (5%)`.
_SQUARE_TAX = re.compile(r"tax\s*-\s*(?P<name>.+?)\s*\((?P<percent>[0-9]+(?:[.,][0-9]+)?)\s*%\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """The export of one system. `known_by`: of each group at least one header must be present.

    `fields` gives header keys in the order in which they are preferred. `kinds` are values of the column `Entity type`
    whose rows are no dishes.
    """

    name: str
    known_by: tuple[frozenset[str], ...]
    fields: Mapping[str, str]
    not_dishes: frozenset[str] = field(default_factory=frozenset)

    def matches(self, keys: frozenset[str]) -> bool:
        return all(group & keys for group in self.known_by)


PROFILES = (
    Profile(
        "Square",
        (frozenset({"item name"}), frozenset({"variation name"}), frozenset({"price"})),
        {
            "item name": "name",
            "variation name": "variant",
            "category": "category",
            "reporting category": "category",
            "categories": "category",
            "description": "description",
            "price": "price",
        },
    ),
    Profile(
        "Toast",
        (frozenset({"menu item", "entity type"}), frozenset({"menu group", "pricing strategy", "price strategy"})),
        {
            "menu item": "name",
            "name": "name",
            "item name": "name",
            "menu group": "category",
            "base price": "price",
            "price": "price",
        },
        frozenset({"modifier", "modifier group"}),
    ),
    Profile(
        "Lightspeed Retail",
        (frozenset({"system id"}), frozenset({"description"})),
        {"description": "name", "category": "category", "default price": "price", "price": "price"},
    ),
    Profile(
        "Odoo",
        (
            frozenset({"sales price", "sale price"}),
            frozenset({"internal reference", "external id", "product type", "product category"}),
        ),
        {
            "name": "name",
            "point of sale category": "category",
            "pos category": "category",
            "product category": "category",
            "category external id": "category",
            "sales price": "price",
            "sale price": "price",
            "sales description": "description",
        },
    ),
)
_KIND_COLUMN = "entity type"


def profile_of(headers: Sequence[str]) -> Profile | None:
    """Return the system whose export has these headers, or None."""
    keys = frozenset(map(header_key, headers))
    return next((profile for profile in PROFILES if profile.matches(keys)), None)


def kind_column(profile: Profile | None, headers: Sequence[str]) -> int | None:
    """Return the column that says which rows are dishes, or None."""
    if profile is None or not profile.not_dishes:
        return None
    return next((at for at, header in enumerate(headers) if header_key(header) == _KIND_COLUMN), None)


def tax_of_column(header: str) -> str | None:
    """Return the tax that a column of Square switches on and off, e.g. `GST 5`, or None."""
    found = _SQUARE_TAX.fullmatch(header.strip())
    return f"{found['name']} {found['percent'].replace(',', '.')}" if found else None
