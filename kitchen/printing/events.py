"""What happens to printers: on kitchen screens, and in the audit trail. A slip that was printed is no news."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import Audience, DomainEvent
from kitchen.printing.models import Printer


@dataclass(frozen=True, kw_only=True)
class PrinterEvent(DomainEvent):
    """Something happened to `printer`."""

    type: ClassVar[str] = "printer_updated"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.KITCHEN, Audience.FLOOR})

    printer: Printer
    slips: int = 0

    @property
    def subject(self) -> str:
        return f"printer:{self.printer.pk}"

    def data(self) -> Mapping[str, Any]:
        printer = self.printer
        return {"id": printer.pk, "name": printer.name, "trouble": printer.trouble, "slips": self.slips}


@dataclass(frozen=True, kw_only=True)
class PrinterTroubled(PrinterEvent):
    """Slips were given up: a cook has not got them on paper."""

    action: ClassVar[str] = "troubled"


@dataclass(frozen=True, kw_only=True)
class PrinterRecovered(PrinterEvent):
    """It prints again."""

    action: ClassVar[str] = "recovered"


@dataclass(frozen=True, kw_only=True)
class SlipsRetried(PrinterEvent):
    """Somebody sent its failed slips once more."""

    action: ClassVar[str] = "retried"


@dataclass(frozen=True, kw_only=True)
class SlipsDismissed(PrinterEvent):
    """Somebody said that its failed slips are not needed."""

    action: ClassVar[str] = "dismissed"


@dataclass(frozen=True, kw_only=True)
class SlipAskedFor(PrinterEvent):
    """Somebody asked for a reprint of a ticket, or for a test."""

    action: ClassVar[str] = "asked"
    audiences: ClassVar[frozenset[Audience]] = frozenset()
