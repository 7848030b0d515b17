"""The worker of network printers: a sweep finds due printers, threads of its own print, never a request."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.db import Error as AnyDatabaseError
from django.db import close_old_connections, connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override

from bistro.core.kernel.errors import Overloaded
from kitchen.printing.escpos import SlipBytes, as_escpos
from kitchen.printing.metrics import FAILED_SLIPS, TROUBLED_PRINTERS
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.network import PrinterTrouble, print_bytes
from kitchen.printing.selectors import UNPRINTED
from kitchen.printing.services.slips import claim, failed, next_slip, printed, unreadable, writing
from kitchen.printing.transitions import SlipStatus

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)  # longer than printing one batch of slips can take
AT_ONCE = 10  # slips of one batch
THREADS = 8  # printers that one process talks to at the same time
UNHEARD = timedelta(seconds=30)  # until a slip that no browser took is given up
KEPT = timedelta(days=2)
CLEAN_EVERY = timedelta(hours=1)
CLEAN_ROWS = 500
NOT_DRAWN = gettext_noop("Some letters could not be drawn. The log of the server has the reason.")

_guard = threading.Lock()
_at_work: set[int] = set()
_clean_at: datetime | None = None


def print_due(*, now: datetime) -> int:
    """Start a thread for each network printer with due slips; returns the number of threads.

    Costs two queries when nothing is due. Gives up browser slips that no browser took in time. Every process sweeps;
    the lease in `serve_printer` decides which one prints.
    """
    waiting = PrintJob.objects.filter(status__literal_exact=SlipStatus.QUEUED, due_at__lte=now, printer__enabled=True)
    ready = waiting.filter(Q(printer__retry_at=None) | Q(printer__retry_at__lte=now)).order_by()
    begun = 0
    for printer_id, kind in ready.values_list("printer_id", "printer__kind").distinct():
        if kind == Printer.Kind.BROWSER:
            _give_up_unheard(printer_id, now)
        else:
            begun += _begin(printer_id)
    _report()
    _clean(now)
    return begun


def serve_printer(*, printer_id: int, clock: Callable[[], datetime] = timezone.now) -> int:
    """Print the due slips of one printer, oldest first; returns their number.

    The lease admits one worker at a time, which keeps the slips in order. No transaction is open while the printer
    works.
    """
    until = clock() + LEASE
    well = Q(retry_at=None) | Q(retry_at__lte=clock())
    free = Printer.objects.filter(well, Q(taken_until=None) | Q(taken_until__lt=clock()), enabled=True)
    with writing():
        taken = free.filter(pk=printer_id).update(taken_until=until)
    if taken != 1:
        return 0
    count = 0
    try:
        while count < AT_ONCE and _print_next(printer_id, clock):
            count += 1
    finally:
        with writing():
            Printer.objects.filter(pk=printer_id, taken_until=until).update(taken_until=None)
    return count


def _print_next(printer_id: int, clock: Callable[[], datetime]) -> bool:
    printer = Printer.objects.select_related("restaurant").get(pk=printer_id)
    job = next_slip(printer, clock())
    if job is None or not claim(job):
        return False
    with override(printer.restaurant.language):
        return _print(job, printer, clock)


def _print(job: PrintJob, printer: Printer, clock: Callable[[], datetime]) -> bool:
    """Print a slip that was claimed, and keep what became of it; returns whether the printer goes on."""
    slip = _slip_bytes(job, printer)
    if not connection.in_atomic_block:
        close_old_connections()  # orders can use the connection meanwhile
    try:
        print_bytes(slip.data, host=printer.host, port=printer.port, answers=printer.answers)
    except PrinterTrouble as trouble:
        doubtful = trouble.sent or job.doubtful
        failed(job=job, printer=printer, why=trouble.message, now=clock(), doubtful=doubtful)
        return False
    if slip.unreadable:
        unreadable(job=job, printer=printer, why=slip.unreadable, now=clock())
    else:
        printed(job=job, printer=printer, now=clock(), sure=printer.answers)
    return True


def _slip_bytes(job: PrintJob, printer: Printer) -> SlipBytes:
    """Return a slip's bytes. A fault while drawing, as a damaged font may cause, must not hold up the other slips."""
    paper = partial(as_escpos, job.slip, columns=printer.columns, code_page=printer.code_page, again=job.doubtful)
    try:
        return paper(images=printer.images)
    except Exception:
        log.exception("a slip could not be drawn", extra={"printer": printer.pk})
        return replace(paper(images=False), unreadable=gettext(NOT_DRAWN))


def _begin(printer_id: int) -> int:
    """Start a thread for a printer; returns 1, or 0 when the printer has one or all threads are busy."""
    with _guard:
        if printer_id in _at_work or len(_at_work) >= THREADS:
            return 0
        _at_work.add(printer_id)
    threading.Thread(target=_serve, args=[printer_id], name=f"printer-{printer_id}", daemon=True).start()
    return 1


def _serve(printer_id: int) -> None:
    try:
        serve_printer(printer_id=printer_id)
    except (AnyDatabaseError, Overloaded) as error:  # the lease runs out, and the next sweep tries again
        log.warning("a printer's slips could not be read or settled", extra={"error": repr(error)})
    finally:
        close_old_connections()
        with _guard:
            _at_work.discard(printer_id)


def _give_up_unheard(printer_id: int, now: datetime) -> None:
    printer = Printer.objects.select_related("restaurant").get(pk=printer_id)
    job = next_slip(printer, now)
    if job is not None and job.due_at < now - UNHEARD and claim(job):
        why = gettext("The print page is not open in any browser.")
        failed(job=job, printer=printer, why=why, now=now, doubtful=job.doubtful)


def _report() -> None:
    """Update the metrics with two queries on partial indexes."""
    TROUBLED_PRINTERS.set(Printer.objects.filter(trouble_at__isnull=False, enabled=True).count())
    FAILED_SLIPS.set(PrintJob.objects.filter(UNPRINTED).count())


def _clean(now: datetime) -> None:
    """Delete old slips once an hour: they contain guests' notes."""
    global _clean_at
    if _clean_at is not None and now < _clean_at:
        return
    old = PrintJob.objects.filter(created_at__lt=now - KEPT).order_by("created_at").values_list("pk", flat=True)
    keys = list(old[:CLEAN_ROWS])
    if keys:
        with writing():
            PrintJob.objects.filter(pk__in=keys).delete()
    _clean_at = now if len(keys) == CLEAN_ROWS else now + CLEAN_EVERY
