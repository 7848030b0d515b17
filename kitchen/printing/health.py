"""The health check of printers: slips that wait too long."""

from datetime import datetime, timedelta

from bistro.core.ops.findings import Finding, Level
from kitchen.printing.models import PrintJob
from kitchen.printing.transitions import SlipStatus

LATE = timedelta(minutes=2)
MOST_COUNTED = 1000


def printer_backlog(*, now: datetime) -> Finding:
    """Return a degraded finding while slips wait longer than two minutes, in any restaurant. One query."""
    waiting = PrintJob.objects.filter(status__literal_exact=SlipStatus.QUEUED, due_at__lt=now - LATE)
    late = waiting.filter(printer__enabled=True).order_by()[:MOST_COUNTED].count()
    if not late:
        return Finding("printers", facts={"late_slips": 0})
    words = f"{late} slip{'' if late == 1 else 's'} waiting for more than two minutes"
    return Finding("printers", words, Level.DEGRADED, {"late_slips": late})
