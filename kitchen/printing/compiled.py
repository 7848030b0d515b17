"""Which printers a restaurant has. Kept in memory with the compiled menu, like its routes: most have none and pay
nothing.
"""

import threading
from dataclasses import dataclass

from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.printing.models import Printer
from menu.compiled import CompiledMenu
from menu.steps import menu_in


@dataclass(frozen=True, slots=True)
class KnownPrinter:
    """What an order has to know of a printer."""

    id: int
    station_id: int
    station: str


_guard = threading.Lock()
_known: dict[int, tuple[CompiledMenu, tuple[KnownPrinter, ...]]] = {}


def printers_in(work: UnitOfWork) -> tuple[KnownPrinter, ...]:
    """The printers in force; read once per menu version, which every change of a printer raises."""
    menu = menu_in(work).menu
    with _guard:
        known = _known.get(work.restaurant_id)
    if known is not None and known[0] is menu:
        return known[1]
    rows = Printer.objects.of_restaurant(work.restaurant_id).filter(enabled=True).order_by("pk")
    found = rows.values_list("pk", "station_id", "station__name")
    printers = tuple(KnownPrinter(*row) for row in found)
    with _guard:
        _known[work.restaurant_id] = menu, printers
    return printers
