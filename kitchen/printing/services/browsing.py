"""Printing by a browser: it takes a slip, shows it, prints it and says so."""

from datetime import timedelta

from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace, NotYours
from bistro.core.kernel.roles import Permission
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services.slips import claim, next_slip, printed
from kitchen.printing.transitions import SlipStatus

TIME = timedelta(seconds=30)  # a browser has, to print what it took


def take_slip(*, printer_id: int, actor: Actor) -> PrintJob | None:
    """The next slip for a browser's printer, or None when nothing is due. Of two browsers one gets it. `doubtful` says
    that one took it before and did not come back. Raises NotYours, NotPermitted.
    """
    actor.require(Permission.COOK)
    printer = Printer.objects.visible_to(actor).filter(pk=printer_id, kind=Printer.Kind.BROWSER).first()
    if printer is None:
        raise NotYours("There is no such printer.", code="printer_not_found")
    now = timezone.now()
    job = next_slip(printer, now)
    return job if job is not None and claim(job, until=now + TIME) else None


def slip_printed(*, job_id: int, attempt: int, actor: Actor, by_hand: bool = False) -> PrintJob:
    """The browser that took it at this attempt says that it is on paper. Said twice: unchanged. `by_hand`: a person who
    has looked says so, so that the kitchen has received the order; a browser by itself does not know of its paper.

    Raises NotYours, LostRace when another browser has taken it since, NotPermitted.
    """
    actor.require(Permission.COOK)
    jobs = PrintJob.objects.visible_to(actor).filter(printer__kind=Printer.Kind.BROWSER).select_related("printer")
    job: PrintJob | None = jobs.filter(pk=job_id).first()
    if job is None:
        raise NotYours("There is no such slip.", code="slip_not_found")
    if job.status == SlipStatus.PRINTED:
        return job
    if job.attempts != attempt or job.status != SlipStatus.QUEUED:
        raise LostRace("Another browser is printing this slip.")
    printed(job=job, printer=job.printer, now=timezone.now(), sure=by_hand)
    return job
