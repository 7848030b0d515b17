"""The pass: orders across stations, ticks, what goes out, what fires next."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bistro.core.actors import Actor
from bistro.core.doors import page_for
from bistro.core.errors import DomainError
from bistro.core.pages import HtmxHttpRequest, answer_action
from bistro.core.roles import Act
from kitchen import services
from kitchen.access import line_for
from kitchen.expo import read_expo
from kitchen.live import may_watch_pass
from kitchen.look import look_for
from kitchen.pass_live import render_pass
from orders import services as order_services
from orders.access import order_for


@require_GET
@page_for(Act.WATCH_KITCHEN)
def expo(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """The whole pass. A screen that hangs at stations is sent back to them."""
    if not may_watch_pass(actor):
        return redirect("kitchen:board")
    return render(request, "kitchen/expo.html", {"expo": read_expo(actor), "look": look_for(actor)})


@require_POST
@page_for(Act.COOK)
def plate_line(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Tick a dish on the pass, or (`plated=no`) take the tick back."""
    line = line_for(actor, pk)
    plated = request.POST.get("plated") != "no"
    return _act(
        request,
        actor,
        line.ticket.order_id,
        lambda: services.plate_line(line_id=pk, plated=plated, actor=actor),
    )


@require_POST
@page_for(Act.DELIVER_ORDER)
def deliver(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What is ready leaves the pass."""
    order_for(actor, pk)
    return _act(request, actor, pk, lambda: order_services.deliver_order(order_id=pk, actor=actor))


@require_POST
@page_for(Act.FIRE_COURSE)
def fire_course(request: HtmxHttpRequest, actor: Actor, pk: int, course: int) -> HttpResponse:
    """The expediter fires a held course."""
    order_for(actor, pk)
    return _act(request, actor, pk, lambda: order_services.fire_course(order_id=pk, course=course, actor=actor))


def _act(request: HtmxHttpRequest, actor: Actor, order_id: int, service: Callable[[], object]) -> HttpResponse:
    """Run a service; answer with what it changed on the pass, the refusal beside it."""

    def fragments(_result: object, refusal: DomainError | None) -> HttpResponse:
        changed = read_expo(actor, only=[order_id])
        return HttpResponse(render_pass(changed, {order_id}, refusal.message if refusal else ""))

    def whole_pass(refusal: DomainError) -> HttpResponse:
        context = {"expo": read_expo(actor), "look": look_for(actor), "problem": refusal.message}
        return render(request, "kitchen/expo.html", context)

    return answer_action(request, service, back=reverse("kitchen:expo"), part=fragments, page=whole_pass)
