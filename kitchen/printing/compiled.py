"""The printers of a restaurant, cached per menu version like the station routes."""

from dataclasses import dataclass

from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.printing.models import Printer
from menu.per_version import PerMenuVersion
from menu.steps import menu_in


@dataclass(frozen=True, slots=True)
class KnownPrinter:
    """The facts of a printer that placing an order needs."""

    id: int
    station_id: int
    station: str


_printers: PerMenuVersion[tuple[KnownPrinter, ...]] = PerMenuVersion()


def printers_in(work: UnitOfWork) -> tuple[KnownPrinter, ...]:
    """Return the stations' printers in force; read once per menu version, which every change of a printer raises."""
    restaurant_id = work.restaurant_id
    return _printers.get(restaurant_id, menu_in(work).menu.version, lambda _before: _read_printers(restaurant_id))


def _read_printers(restaurant_id: int) -> tuple[KnownPrinter, ...]:
    rows = Printer.objects.of_restaurant(restaurant_id).filter(enabled=True, station__isnull=False).order_by("pk")
    return tuple(KnownPrinter(*row) for row in rows.values_list("pk", "station_id", "station__name"))
