"""The steps of one slip on its way to paper: needed, claimed, printed or failed.

Each step is one conditional UPDATE whose rows are counted, in a unit of work of its own: units queue with the orders,
while a bare write would make SQLite's writers wait and poll.
"""

from datetime import datetime, timedelta

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.models import Device
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.printing.events import PrinterRecovered, PrinterTroubled
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.transitions import SlipKind, SlipStatus, move_slips
from kitchen.steps import mark_seen
from kitchen.transitions import TicketStatus

TRIES = 4  # with the pauses between them, fourteen seconds
GIVE_UP = timedelta(seconds=60)  # slips that wait longer at a failing printer are given up with the failed one
LONGEST_PAUSE = 30
TELLS = (SlipKind.NEW, SlipKind.CHANGED)  # with these and earlier slips a cook has the whole ticket
DRAWER_WAITS = timedelta(seconds=20)
HASTY = (SlipKind.SHEET, SlipKind.DRAWER)
CAN_WAIT = ExpressionWrapper(~Q(kind__in=HASTY), output_field=BooleanField())
LIVE = timedelta(seconds=90)  # since a screen was last seen, which is stored once a minute


def writing() -> UnitOfWork:
    """Return a unit of work without an actor's rights, for the worker."""
    return UnitOfWork(Actor.system(None, "printer"))


def next_slip(printer: Printer, now: datetime) -> PrintJob | None:
    """Return the oldest waiting slip if it is due and needed, and skip those that are not needed.

    Slips of tickets keep their order: a change must not be printed before the ticket it changes. Receipts and
    drawers go first: they do not wait until a screen had its time to show a ticket.
    """
    while True:
        waiting = PrintJob.objects.filter(printer=printer, status__literal_exact=SlipStatus.QUEUED).select_related(
            "ticket"
        )
        job: PrintJob | None = waiting.order_by(CAN_WAIT, "pk").first()
        if job is None or job.due_at > now:
            return None
        verdict = needed(job, printer, now)
        if verdict is True:
            return job
        if verdict is False:
            _end(job, SlipStatus.SKIPPED, now)
        else:
            with writing():
                waiting.filter(pk=job.pk, due_at=job.due_at).update(due_at=verdict)
            if verdict > now:
                return None


def needed(job: PrintJob, printer: Printer, now: datetime) -> bool | datetime:
    """Return True, False, or the time to ask again while a screen may still show the ticket."""
    ticket = job.ticket
    if job.kind == SlipKind.DRAWER:
        return now - job.created_at <= DRAWER_WAITS  # nobody expects a drawer to open later
    if ticket is None or job.kind in (SlipKind.REPRINT, SlipKind.TEST):
        return True
    lies_there = Q(status=SlipStatus.PRINTED) | Q(doubtful=True)
    if PrintJob.objects.filter(lies_there, printer=printer, ticket=ticket).exists():
        return True
    shown = printer.prints == Printer.When.FALLBACK and ticket.seen_at is not None
    if ticket.status == TicketStatus.CANCELLED and (job.kind == SlipKind.NEW or not shown):
        return False  # no cook has seen the ticket
    if printer.prints == Printer.When.ALWAYS:
        return job.kind != SlipKind.VOID
    if job.kind != SlipKind.NEW:
        return not screens_live(printer, now)
    if ticket.seen_at is not None:
        return False
    until = job.created_at + timedelta(seconds=printer.wait_seconds)
    return True if until <= now or not screens_live(printer, now) else until


def screens_live(printer: Printer, now: datetime) -> bool:
    """Return whether a wall screen of the printer's station was seen lately. Browsers of staff do not count."""
    screens = Device.objects.live().filter(restaurant_id=printer.restaurant_id, screen__isnull=False)
    here = Q(screen__stations=printer.station_id) | Q(screen__stations=None)
    return screens.filter(here, last_seen_at__gte=now - LIVE).exists()


def claim(job: PrintJob, until: datetime | None = None) -> bool:
    """Take a slip until a given time; returns whether this worker got it.

    During the attempt the row is marked doubtful; `job.doubtful` keeps the value from before.
    """
    rows = PrintJob.objects.filter(pk=job.pk, status=SlipStatus.QUEUED, attempts=job.attempts)
    with writing():
        taken = rows.update(attempts=F("attempts") + 1, doubtful=True, due_at=until or job.due_at)
    if taken != 1:
        return False
    job.attempts += 1
    return True


def printed(*, job: PrintJob, printer: Printer, now: datetime, sure: bool) -> None:
    """Mark a slip as printed and clear the printer's failure state; screens learn that the printer recovered.

    `sure`: the printer or a person confirmed the paper, so the ticket counts as seen and its order as received. Locks:
    order, ticket, printer.
    """
    _end(job, SlipStatus.PRINTED, now)
    if sure and job.ticket is not None and job.ticket.seen_at is None and _tells_all(job):
        with UnitOfWork(Actor.system(printer.restaurant_id, f"printer {printer.name}")) as work:
            found = job.ticket.pk, job.ticket.order_id, job.ticket.awaited_since
            mark_seen([found], work, screen=f"printer {printer.name}")
    settled = not printer.failures and (printer.trouble_at is None or _has_failed_slips(printer))
    if settled and printer.worked_at is not None:
        return
    with UnitOfWork(Actor.system(printer.restaurant_id, f"printer {printer.name}")) as work:
        troubled = printer.trouble_at is not None
        printer.worked_at = printer.worked_at or now
        if settled:
            printer.save(update_fields=["worked_at"])
            return
        printer.failures, printer.retry_at = 0, None
        if not _has_failed_slips(printer):
            printer.trouble_at, printer.trouble = None, ""
        elif troubled:
            printer.trouble = gettext("Printing again. These slips are missing.")
        printer.save(update_fields=["failures", "retry_at", "worked_at", "trouble_at", "trouble"])
        if troubled:
            work.record(PrinterRecovered(printer=printer))


def _has_failed_slips(printer: Printer) -> bool:
    return PrintJob.objects.filter(printer=printer, status__literal_exact=SlipStatus.FAILED).exists()


def _tells_all(job: PrintJob) -> bool:
    """Return whether the slip alone tells a cook the whole ticket: a difference to a lost slip does not."""
    if job.kind == SlipKind.REPRINT:
        return True
    before = PrintJob.objects.filter(printer=job.printer_id, ticket=job.ticket_id, pk__lt=job.pk)
    return job.kind in TELLS and not before.filter(status__literal_exact=SlipStatus.FAILED).exists()


def failed(*, job: PrintJob, printer: Printer, why: str, now: datetime, doubtful: bool) -> None:
    """Schedule another attempt after a pause, or give the slip up after too many.

    Gives up all slips that waited too long with it, and alerts the cooks.
    """
    with UnitOfWork(Actor.system(printer.restaurant_id, f"printer {printer.name}")) as work:
        printer.failures += 1
        pause = min(LONGEST_PAUSE, 2**printer.failures)
        printer.retry_at, fields = now + timedelta(seconds=pause), ["failures", "retry_at"]
        mine = PrintJob.objects.filter(pk=job.pk, status=SlipStatus.QUEUED, attempts=job.attempts)
        mine.update(doubtful=doubtful, error=why[:200])
        queued = PrintJob.objects.filter(printer=printer, status__literal_exact=SlipStatus.QUEUED)
        over = Q(created_at__lt=now - GIVE_UP) | Q(pk=job.pk, attempts__gte=TRIES)
        given_up = queued.filter(over)
        count = move_slips(given_up, [SlipStatus.QUEUED], SlipStatus.FAILED, error=why[:200], ended_at=now)
        if count:
            printer.trouble, fields = why[:200], [*fields, "trouble", "trouble_at"]
            printer.trouble_at = printer.trouble_at or now
            work.record(PrinterTroubled(printer=printer, slips=count))
        printer.save(update_fields=fields)


def unreadable(*, job: PrintJob, printer: Printer, why: str, now: datetime) -> None:
    """Give up a slip that came out with letters missing, and alert the cooks.

    The printer is well and goes on with the next slip. The ticket does not count as seen: nobody could read it.
    """
    with UnitOfWork(Actor.system(printer.restaurant_id, f"printer {printer.name}")) as work:
        mine = PrintJob.objects.filter(pk=job.pk, attempts=job.attempts)
        move_slips(mine, [SlipStatus.QUEUED], SlipStatus.FAILED, doubtful=True, error=why[:200], ended_at=now)
        printer.failures, printer.retry_at, printer.trouble = 0, None, why[:200]
        printer.trouble_at = printer.trouble_at or now
        work.record(PrinterTroubled(printer=printer, slips=1))
        printer.save(update_fields=["failures", "retry_at", "trouble", "trouble_at"])


def _end(job: PrintJob, status: SlipStatus, now: datetime) -> None:
    rows = PrintJob.objects.filter(pk=job.pk, attempts=job.attempts)
    with writing():
        move_slips(rows, [SlipStatus.QUEUED], status, doubtful=False, error="", ended_at=now)
