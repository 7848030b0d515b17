"""Events of printers, for kitchen screens and the audit trail. A printed slip is not an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import Audience, DomainEvent
from kitchen.printing.models import Printer


@dataclass(frozen=True, kw_only=True)
class PrinterEvent(DomainEvent):
    """Base class of the events of one printer."""

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
    """The failure of slips that a printer tried too often. A cook has not received them on paper."""

    action: ClassVar[str] = "troubled"


@dataclass(frozen=True, kw_only=True)
class PrinterRecovered(PrinterEvent):
    """The recovery of a printer that had failed."""

    action: ClassVar[str] = "recovered"


@dataclass(frozen=True, kw_only=True)
class SlipsRetried(PrinterEvent):
    """The retry of a printer's failed slips by a person."""

    action: ClassVar[str] = "retried"


@dataclass(frozen=True, kw_only=True)
class SlipsDismissed(PrinterEvent):
    """The dismissal of a printer's failed slips by a person."""

    action: ClassVar[str] = "dismissed"


@dataclass(frozen=True, kw_only=True)
class SlipAskedFor(PrinterEvent):
    """The request of a person for a reprint of a ticket or for a test slip."""

    action: ClassVar[str] = "asked"
    audiences: ClassVar[frozenset[Audience]] = frozenset()
