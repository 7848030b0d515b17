"""The strip of printers in trouble, as pushed to open boards."""

from collections.abc import Iterable

from bistro.core.auth.access import restaurant_by_id
from bistro.core.live.frames import render_fragment
from bistro.core.models import Event
from kitchen.printing.events import PrinterEvent
from kitchen.printing.selectors import printer_alerts


def printers_strip(restaurant_id: int, events: Iterable[Event] | None = None) -> str:
    """Return the strip's HTML, or an empty string (and no query) when no event concerns a printer."""
    if events is not None and not any(event.type == PrinterEvent.type for event in events):
        return ""
    context = {"alerts": printer_alerts(restaurant_id), "oob": True}
    return render_fragment("kitchen/printers.html", context, restaurant_by_id(restaurant_id))
