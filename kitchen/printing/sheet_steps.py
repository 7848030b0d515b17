"""Steps by which other apps print a paper of their own or open a cash drawer, in their own units of work."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from bistro.core.speed.bulk_insert import insert_rows, new_row
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.sheets import Row
from kitchen.printing.transitions import SlipKind, SlipStatus


def print_sheet(printer: Printer, title: str, rows: Sequence[Row], work: UnitOfWork) -> None:
    """Queue a paper for a printer. `title` names it in an alert, should it fail."""
    _queue(printer, SlipKind.SHEET, {"title": title, "rows": list(rows)}, work)


def open_drawer(printer: Printer, work: UnitOfWork) -> bool:
    """Queue the pulse that opens the drawer of a printer; returns whether it has one."""
    if not printer.drawer:
        return False
    _queue(printer, SlipKind.DRAWER, {"title": gettext("cash drawer"), "drawer": printer.drawer}, work)
    return True


def _queue(printer: Printer, kind: SlipKind, content: dict[str, Any], work: UnitOfWork) -> None:
    require_transaction()
    job = new_row(
        PrintJob,
        restaurant_id=work.restaurant_id,
        printer=printer,
        ticket=None,
        kind=kind.value,
        status=SlipStatus.QUEUED.value,
        slip={"kind": kind.value, **content},
        paper={},
        created_at=work.now,
        due_at=work.now,
    )
    insert_rows([job])
