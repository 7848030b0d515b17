"""Events of receipt printers and cash drawers, kept in the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from bistro.receipts.models import TillPrinter
from kitchen.printing.models import Printer
from orders.till.events import TillEvent


@dataclass(frozen=True, kw_only=True)
class DrawerOpened(DomainEvent):
    """A cash drawer that a person opened without a payment. `till` is the id of its till."""

    type: ClassVar[str] = "drawer_opened"
    action: ClassVar[str] = "opened"

    printer: Printer
    till: int

    @property
    def subject(self) -> str:
        return f"printer:{self.printer.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"printer": self.printer.pk, "name": self.printer.name, "till": self.till}


@dataclass(frozen=True, kw_only=True)
class TillPrinterChosen(TillEvent):
    """Another receipt printer or drawer of a till."""

    action: ClassVar[str] = "printer_chosen"

    chosen: TillPrinter

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "printer": self.chosen.printer_id, "has_drawer": self.chosen.has_drawer}
