"""Preparations in the back office: items that a history needs, and tables and pads in addition to the demo's.

This is the only part of the simulator without HTTP: it calls the services that managers use in admin.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.db import Error as AnyDatabaseError

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.private_files import write_private
from bistro.core.ops.selectors import restaurant_exists
from menu.imported import ImportedCategory, ImportedGroup, ImportedItem, ImportedModifier
from menu.services import import_menu
from tables import services as tables
from tools.simulator.credentials import Credentials
from tools.simulator.history import History, NeededItem, needed_items

SAME_SETTINGS = "Run with the server's own VAR, DATABASE_URL and REDIS_URL."
NO_CATEGORY = "Other Dishes"
COURSE = 2
PER_ROW, ROWS = 25, 20
STEP_X, STEP_Y, SIDE = 40, 35, 24


class OtherDatabase(Exception):
    """A configured database that is not the server's."""


def require_database(who: Credentials) -> None:
    """Raise OtherDatabase unless the configured database contains the restaurant."""
    try:
        found = restaurant_exists(int(who.restaurant_id))
    except AnyDatabaseError as error:
        raise OtherDatabase(f"The database cannot be used ({error}). {SAME_SETTINGS}") from None
    if not found:
        raise OtherDatabase(f"The restaurant of demo.json is not in this database. {SAME_SETTINGS}")


def create_items(who: Credentials, history: History) -> str:
    """Add items of the history that the menu lacks, and return a summary. Existing items keep their price."""
    actor = _actor(who)
    by_category: dict[str, list[ImportedItem]] = {}
    for item in needed_items(history):
        by_category.setdefault(item.category or NO_CATEGORY, []).append(_imported(item))
    categories = [ImportedCategory(name, tuple(items), COURSE) for name, items in by_category.items()]
    return f"Menu: {import_menu(categories=categories, actor=actor, add_only=True)}."


def _imported(item: NeededItem) -> ImportedItem:
    """Build an import row; a history has no groups and no modifier prices, so all are free choices of one group."""
    modifiers = tuple(ImportedModifier(name) for name in item.modifiers)
    groups = (ImportedGroup("Options", 0, len(modifiers), modifiers),) if modifiers else None
    return ImportedItem(item.name, item.price, groups=groups)


def add_pads(who: Credentials, path: Path, wanted: int) -> str:
    """Add tables with pads until there are `wanted`, and save their tokens in the demo file."""
    pads = who.of_kind("pad")
    first = 1 + max((int(number) for pad in pads for number in re.findall(r"[0-9]{1,6}$", pad.table)), default=0)
    last = first + wanted - len(pads) - 1
    actor = _actor(who)
    section = tables.create_section(name=f"Tables {first} to {last}", position=first, actor=actor)
    places = [_place(number, number - first) for number in range(first, last + 1)]
    made = tables.add_pads(tables=places, section_id=section.pk, actor=actor)
    _keep(path, [{"kind": "pad", "table": table, "token": token} for table, token in made])
    return f"Added {len(made)} tables with pads: {section.name}."


def _actor(who: Credentials) -> Actor:
    return Actor.system(int(who.restaurant_id), "service simulator")


def _place(number: int, nth: int) -> dict[str, Any]:
    """Return the place of a small table on a grid over the room; tables beyond the grid overlap."""
    row, column = divmod(nth % (PER_ROW * ROWS), PER_ROW)
    return {
        "name": f"Table {number}",
        "seats": 2,
        "shape": "square",
        "x": column * STEP_X,
        "y": row * STEP_Y,
        "width": SIDE,
        "height": SIDE,
        "position": number,
    }


def _keep(path: Path, devices: list[dict[str, str]]) -> None:
    """Add the devices to the demo file."""
    demo = json.loads(path.read_text(encoding="utf-8"))
    demo["devices"] += devices
    write_private(path, demo)
