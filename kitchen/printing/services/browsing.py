"""Services for a browser that prints: it takes a slip, prints it and confirms."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace, NotYours
from bistro.core.kernel.roles import Permission
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services.slips import claim, next_slip, printed
from kitchen.printing.transitions import SlipStatus

TIME = timedelta(seconds=30)  # for a browser to print a slip that it took


def take_slip(*, printer_id: int, actor: Actor) -> PrintJob | None:
    """Take the next slip for a browser's printer, or return None when nothing is due.

    Of two browsers one gets it. `doubtful` marks a slip that another browser took and never confirmed. Raises NotYours,
    NotPermitted.
    """
    actor.require(Permission.COOK)
    printer = Printer.objects.visible_to(actor).filter(pk=printer_id, kind=Printer.Kind.BROWSER).first()
    if printer is None:
        raise NotYours(gettext("There is no such printer."), code="printer_not_found")
    now = timezone.now()
    job = next_slip(printer, now)
    return job if job is not None and claim(job, until=now + TIME) else None


def slip_printed(*, job_id: int, attempt: int, actor: Actor, by_hand: bool = False) -> PrintJob:
    """Confirm that a slip taken at this attempt is on paper. A second confirmation changes nothing.

    `by_hand`: a person has looked, so the kitchen has received the order; a browser alone cannot know. Raises NotYours,
    NotPermitted, LostRace when another browser has taken the slip since.
    """
    actor.require(Permission.COOK)
    jobs = PrintJob.objects.visible_to(actor).filter(printer__kind=Printer.Kind.BROWSER).select_related("printer")
    job: PrintJob | None = jobs.filter(pk=job_id).first()
    if job is None:
        raise NotYours(gettext("There is no such slip."), code="slip_not_found")
    if job.status == SlipStatus.PRINTED:
        return job
    if job.attempts != attempt or job.status != SlipStatus.QUEUED:
        raise LostRace(gettext("Another browser is printing this slip."))
    printed(job=job, printer=job.printer, now=timezone.now(), sure=by_hand)
    return job
