"""Reads about printers for people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext

from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.transitions import SlipKind, SlipStatus
from kitchen.transitions import OPEN_TICKETS

# A failed slip matters while its ticket is open, or when it has no ticket.
UNPRINTED = Q(status__literal_exact=SlipStatus.FAILED) & (Q(ticket=None) | Q(ticket__status__in=OPEN_TICKETS))

MOST_NAMED = 20  # papers that an alert names


@dataclass(frozen=True, slots=True)
class PrinterAlert:
    """A printer with slips that did not come on paper. `station` says what it prints, `papers` what has no ticket."""

    id: int
    name: str
    station: str
    trouble: str
    since: datetime
    failed: int
    waiting: int
    numbers: list[int]
    papers: list[str]


def printer_alerts(restaurant_id: int) -> list[PrinterAlert]:
    """Return the printers in trouble: one query when there are none, four otherwise."""
    troubled = Printer.objects.of_restaurant(restaurant_id).filter(trouble_at__isnull=False, enabled=True)
    rows = list(troubled.select_related("station"))
    if not rows:
        return []
    counts = _counts(rows)
    numbers, papers = _numbers(rows), _papers(rows)
    return [
        PrinterAlert(
            id=row.pk,
            name=row.name,
            station=row.station.name if row.station else gettext("receipts"),
            trouble=row.trouble,
            since=row.trouble_at,
            failed=counts.get(row.pk, (0, 0))[0],
            waiting=counts.get(row.pk, (0, 0))[1],
            numbers=numbers.get(row.pk, []),
            papers=papers.get(row.pk, []),
        )
        for row in rows
        if row.failures or counts.get(row.pk, (0, 0))[0]
    ]


def _counts(printers: Iterable[Printer]) -> dict[int, tuple[int, int]]:
    """Return `{printer id: (failed slips, waiting slips)}`."""
    jobs = PrintJob.objects.filter(printer__in=list(printers), status__in=[SlipStatus.FAILED, SlipStatus.QUEUED])
    waiting = Count("pk", filter=Q(status=SlipStatus.QUEUED))
    counted = jobs.order_by().values("printer_id").annotate(lost=Count("pk", filter=UNPRINTED), waiting=waiting)
    return {row["printer_id"]: (row["lost"], row["waiting"]) for row in counted}


def _numbers(printers: Iterable[Printer]) -> dict[int, list[int]]:
    """Return `{printer id: numbers of the orders whose slips failed}`."""
    found: dict[int, list[int]] = {}
    jobs = PrintJob.objects.filter(UNPRINTED, printer__in=list(printers), ticket__isnull=False).order_by("pk")
    for printer_id, number in jobs.values_list("printer_id", "ticket__order__number").distinct():
        found.setdefault(printer_id, []).append(number)
    return found


def _papers(printers: Iterable[Printer]) -> dict[int, list[str]]:
    """Return `{printer id: names of the failed papers that are no tickets}`."""
    found: dict[int, list[str]] = {}
    jobs = PrintJob.objects.filter(printer__in=list(printers), status=SlipStatus.FAILED, ticket=None).order_by("pk")
    names = jobs.exclude(kind=SlipKind.TEST).values_list("printer_id", KeyTextTransform("title", "slip"))
    for printer_id, name in names[:MOST_NAMED]:
        found.setdefault(printer_id, []).append(name or "")
    return found
