"""The pages of tills and of the end of a shift. They work without JavaScript."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from orders.billing.forms import once_in, typed_amount
from orders.till import services
from orders.till.access import till_for
from orders.till.forms import pieces_in
from orders.till.page import read_till, read_tills
from orders.till.shift import read_shift
from orders.till.transitions import HAND_KINDS, MoveKind


@require_GET
@page_requires(Permission.USE_TILL)
def tills(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the tills that are not closed, and the form that opens one."""
    return render(request, "till/tills.html", {"page": read_tills(actor)})


@require_POST
@page_requires(Permission.USE_TILL)
def open_till(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Open a till and show it."""
    try:
        till, _replayed = services.open_till(
            opening_float=typed_amount(request.POST, "float") or ZERO,
            shared="shared" in request.POST,
            once=once_in(request),
            actor=actor,
        )
    except DomainError as refusal:
        context = {"page": read_tills(actor), "problem": refusal.message, "typed": request.POST}
        return with_status(render(request, "till/tills.html", context), refusal)
    return redirect("till:till", till.pk)


@require_GET
@page_requires(Permission.USE_TILL)
def till(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a till."""
    return render(request, "till/till.html", {"page": read_till(till_for(actor, pk), actor)})


@require_POST
@page_requires(Permission.USE_TILL)
def move(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Put money into a till or take it out."""
    till_for(actor, pk)

    def act() -> Any:
        kind = request.POST.get("kind", "")
        if kind not in HAND_KINDS:
            raise InvalidInput(gettext("Choose what happens to the money."))
        return services.move_money(
            till_id=pk,
            kind=MoveKind(kind),
            amount=typed_amount(request.POST, "amount") or ZERO,
            reason=request.POST.get("reason", ""),
            to_staff=whole_number(request.POST.get("to", ""), least=1),
            once=once_in(request),
            actor=actor,
        )

    return _act(request, actor, pk, act, gettext("The money is booked."), "move")


@require_POST
@page_requires(Permission.USE_TILL)
def count(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Count a till by notes and coins."""
    till_for(actor, pk)

    def act() -> Any:
        pieces, once = pieces_in(request.POST), once_in(request)
        return services.count_till(till_id=pk, pieces=pieces, once=once, actor=actor)

    return _act(request, actor, pk, act, gettext("The till is counted."), "count")


@require_POST
@page_requires(Permission.USE_TILL)
def reopen(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Let a counted till take cash again."""
    till_for(actor, pk)
    return _act(
        request,
        actor,
        pk,
        lambda: services.reopen_till(till_id=pk, actor=actor),
        gettext("The till is open again."),
        "close",
    )


@require_POST
@page_requires(Permission.USE_TILL)
def hand_over(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Give a till to a colleague, or to all."""
    till_for(actor, pk)
    to = whole_number(request.POST.get("to", ""), least=1)
    try:
        services.hand_over_till(till_id=pk, to_staff=to, actor=actor)
    except DomainError as refusal:
        return _refused(request, actor, pk, refusal, "hand-over")
    messages.success(request, gettext("The till is handed over."))
    return redirect("till:tills")  # the giver may not see it any more


@require_POST
@page_requires(Permission.USE_TILL)
def close(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Close a counted till."""
    till_for(actor, pk)

    def act() -> Any:
        cause, note = request.POST.get("cause", ""), request.POST.get("note", "")
        return services.close_till(till_id=pk, cause=cause, note=note, actor=actor)

    return _act(request, actor, pk, act, gettext("The till is closed."), "close")


@require_GET
@page_requires(Permission.USE_TILL)
def shift(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the end of the own shift."""
    return render(request, "till/shift.html", {"shift": read_shift(actor)})


def _act(
    request: HtmxHttpRequest, actor: Actor, pk: int, service: Callable[[], Any], done: str, part: str
) -> HttpResponse:
    """Call a service and return to the till, or show it with the refusal beside the form named by `part`."""
    try:
        service()
    except DomainError as refusal:
        return _refused(request, actor, pk, refusal, part)
    messages.success(request, done)
    return redirect("till:till", pk)


def _refused(request: HtmxHttpRequest, actor: Actor, pk: int, refusal: DomainError, part: str) -> HttpResponse:
    page = read_till(till_for(actor, pk), actor)
    context = {"page": page, "problem": refusal.message, "problem_part": part, "typed": request.POST}
    return with_status(render(request, "till/till.html", context), refusal)
