"""The content of a test slip: every part that a slip can have, and the letters of the menu that are hard to print."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from kitchen.printing.letters import in_page, visible
from kitchen.printing.models import Printer
from kitchen.printing.transitions import SlipKind
from menu.compiled import CompiledItem, CompiledMenu

HARD_NAMES = 5  # names of the menu on a test slip


def sample_slip(printer: Printer, menu: CompiledMenu, at: datetime, asked_by: str) -> dict[str, Any]:
    """Return a test slip, which shows missing fonts before the first guest does."""
    names = list(_hard_names(menu, printer))[:HARD_NAMES] if printer.kind == Printer.Kind.NETWORK else []
    first = _first_line()
    more = {"name": gettext("From your menu"), "modifiers": names, "allergies": [], "note": "", "seat": 0}
    lines = [first, {**first, **more}]
    return {
        "kind": SlipKind.TEST.value,
        "station": printer.station.name if printer.station else printer.name,
        "table": printer.name,
        "pickup": [],
        "number": 0,
        "course": 0,
        "fired": False,
        "placed_by": asked_by,
        "time": f"{at.astimezone(menu.restaurant.tz):%H:%M}",
        "note": "",
        "lines": lines if names else lines[:1],
    }


def _first_line() -> dict[str, Any]:
    return {
        "mark": "",
        "quantity": 2,
        "name": "Crème brûlée",
        "modifiers": [gettext("no sugar"), gettext("½ portion")],
        "allergies": [{"allergen": gettext("nuts"), "warning": ""}],
        "note": gettext("This is a test. Nobody ordered it."),
        "seat": 1,
    }


def _hard_names(menu: CompiledMenu, printer: Printer) -> Iterable[str]:
    """Return the names of dishes and choices that the printer's own letters cannot write, each once."""
    names = dict.fromkeys(name for item in menu.by_id.values() for name in (item.name, *_choices(item)))
    return (name for name in names if in_page(visible(name), printer.code_page) is None)


def _choices(item: CompiledItem) -> Iterable[str]:
    return (choice.name for choice in item.modifiers())
