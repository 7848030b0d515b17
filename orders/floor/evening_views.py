"""“My evening”: the page and the hand-over of tables. They work without JavaScript."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from orders import services
from orders.floor.evening import read_evening

MOST_TABLES = 500


@require_GET
@page_requires(Permission.PLACE_ANYWHERE)
def evening(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the own tables and sales."""
    return render(request, "floor/evening.html", {"evening": read_evening(actor), "chosen": None})


@require_POST
@page_requires(Permission.SEAT_TABLE)
def hand_over(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Hand the chosen tables over to a colleague."""
    numbers = [whole_number(text) for text in request.POST.getlist("party")[:MOST_TABLES]]
    chosen = [number for number in numbers if number is not None]
    server = whole_number(request.POST.get("server", "")) or 0
    try:
        moved = services.hand_over_parties(party_ids=chosen, server_id=server, actor=actor)
    except DomainError as refusal:
        page = {"evening": read_evening(actor), "problem": refusal.message, "chosen": chosen, "server": server}
        return with_status(render(request, "floor/evening.html", page), refusal)
    words = ngettext("%(number)d table is handed over.", "%(number)d tables are handed over.", len(moved))
    messages.success(request, words % {"number": len(moved)})
    return redirect("floor:evening")
