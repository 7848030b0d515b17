"""Pages of slips and printers: one ticket to print, the page of a browser's printer, the buttons of the alert."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.live.frames import render_fragment
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action
from kitchen.access import ticket_for
from kitchen.printing import services
from kitchen.printing.models import Printer
from kitchen.printing.slips import paper_of, slip_of
from kitchen.printing.strip import printers_strip
from kitchen.printing.transitions import SlipKind


@require_http_methods(["GET", "POST"])
@page_requires(Permission.COOK)
def print_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show one ticket as an 80 mm slip for the browser's own printer; POST reprints it on the station's printers."""
    ticket, said, status = ticket_for(actor, pk), {}, 200
    if request.method == "POST":
        try:
            count = services.print_again(ticket_id=pk, actor=actor)
            words = ngettext("Sent to %(count)s printer.", "Sent to %(count)s printers.", count)
            said = {"done": words % {"count": count}}
        except DomainError as error:
            said, status = {"problem": error.message}, error.status
    lines = [{**line, "mark": ""} for line in paper_of(ticket)["lines"].values()]
    slip = slip_of(ticket, SlipKind.REPRINT, lines, timezone.get_current_timezone())
    return render(request, "kitchen/slip_page.html", {"slip": slip, "ticket": ticket, **said}, status=status)


@require_http_methods(["GET", "POST"])
@page_requires(Permission.COOK)
def browser_printer(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the page of a browser's printer; POST takes the next slip.

    A script gets 204 when there is none.
    """
    printers = Printer.objects.visible_to(actor).filter(kind=Printer.Kind.BROWSER).select_related("station")
    printer = printers.filter(pk=pk).first()
    if printer is None:
        raise Http404(gettext("There is no such printer."))
    context = {"printer": printer, "restaurant": restaurant_of(actor)}
    if request.method == "POST":
        job = services.take_slip(printer_id=pk, actor=actor)
        if request.htmx and job is None:
            return HttpResponse(status=204)
        context["job"] = job
    fragment = "#slip" if request.htmx else ""
    return render(request, f"kitchen/browser_printer.html{fragment}", context)


@require_POST
@page_requires(Permission.COOK)
def slip_printed(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Confirm that the browser has printed the slip it took."""
    attempt = whole_number(request.POST.get("attempt", ""), most=99_999)
    by_script = bool(request.htmx)
    job = services.slip_printed(
        job_id=pk, attempt=-1 if attempt is None else attempt, actor=actor, by_hand=not by_script
    )
    if by_script:
        return HttpResponse(status=204)
    return redirect("printing:browser-printer", job.printer_id)


@require_POST
@page_requires(Permission.COOK)
def retry_printer(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Print the failed slips once more."""
    return _act(request, actor, lambda: services.retry_failed(printer_id=pk, actor=actor))


@require_POST
@page_requires(Permission.COOK)
def dismiss_printer(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Dismiss the failed slips."""
    return _act(request, actor, lambda: services.dismiss_failed(printer_id=pk, actor=actor))


def _act(request: HtmxHttpRequest, actor: Actor, service: Callable[[], object]) -> HttpResponse:
    """Run a service; answer with the strip of alerts as it is now, the refusal beside it."""

    def strip(_result: object, refusal: DomainError | None) -> HttpResponse:
        restaurant = restaurant_of(actor)
        context = {"problem": refusal.message if refusal else ""}
        return HttpResponse(
            printers_strip(restaurant.pk) + render_fragment("kitchen/board.html#acted", context, restaurant)
        )

    return answer_action(request, service, back=reverse("kitchen:board"), part=strip)
