"""The page on which hosts and waiters divide the sections. It works without JavaScript."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from tables.sections import services
from tables.sections.page import read_sections

MOST_SENT = 2000


@require_http_methods(["GET", "POST"])
@page_requires(Permission.SEAT_TABLE)
def sections(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show who serves which section and how many guests each has, or divide the sections."""
    if request.method == "GET":
        return render(request, "sections/sections.html", {"page": read_sections(actor)})
    try:
        if request.POST.get("do") == "again":
            services.give_as_last_time(actor=actor)
        else:
            services.give_sections(servers=_chosen(request), actor=actor)
    except DomainError as refusal:
        context = {"page": read_sections(actor), "problem": refusal.message}
        return with_status(render(request, "sections/sections.html", context), refusal)
    messages.success(request, _("Saved."))
    return redirect("sections:sections")


def _chosen(request: HtmxHttpRequest) -> dict[int, list[int]]:
    """Return {section: people} of the ticked boxes, each with the value `section-person`. Others are ignored."""
    chosen: dict[int, list[int]] = {}
    for value in request.POST.getlist("serves")[:MOST_SENT]:
        section, _hyphen, person = value.partition("-")
        pair = whole_number(section, least=1), whole_number(person, least=1)
        if pair[0] is not None and pair[1] is not None:
            chosen.setdefault(pair[0], []).append(pair[1])
    return chosen
