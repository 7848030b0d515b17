"""Pages of the pass: orders across stations, ticks, deliveries, coming courses."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action
from kitchen import services
from kitchen.access import line_for
from kitchen.expo.board import read_expo
from kitchen.expo.live import render_expo
from kitchen.wall.display_settings import display_settings_for
from kitchen.wall.live import may_watch_expo
from orders import services as order_services
from orders.access import order_for


@require_GET
@page_requires(Permission.WATCH_KITCHEN)
def expo(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the whole pass. A screen with stations is redirected to them."""
    if not may_watch_expo(actor):
        return redirect("kitchen:board")
    return render(request, "kitchen/expo.html", {"expo": read_expo(actor), "display": display_settings_for(actor)})


@require_POST
@page_requires(Permission.COOK)
def plate_line(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Tick a dish on the pass or, with `plated=no`, remove the tick."""
    line = line_for(actor, pk)
    plated = request.POST.get("plated") != "no"
    return _act(
        request,
        actor,
        line.ticket.order_id,
        lambda: services.plate_line(line_id=pk, plated=plated, actor=actor),
    )


@require_POST
@page_requires(Permission.DELIVER_ORDER)
def deliver(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Mark the ready part of an order as delivered."""
    order_for(actor, pk)
    return _act(request, actor, pk, lambda: order_services.deliver_order(order_id=pk, actor=actor))


@require_POST
@page_requires(Permission.FIRE_COURSE)
def fire_course(request: HtmxHttpRequest, actor: Actor, pk: int, course: int) -> HttpResponse:
    """Fire a held course."""
    order_for(actor, pk)
    return _act(request, actor, pk, lambda: order_services.fire_course(order_id=pk, course=course, actor=actor))


def _act(request: HtmxHttpRequest, actor: Actor, order_id: int, service: Callable[[], object]) -> HttpResponse:
    """Run a service and answer with its changes on the pass, with a refusal beside them."""

    def fragments(_result: object, refusal: DomainError | None) -> HttpResponse:
        changed = read_expo(actor, only=[order_id])
        return HttpResponse(render_expo(changed, {order_id}, refusal.message if refusal else ""))

    def whole_pass(refusal: DomainError) -> HttpResponse:
        context = {"expo": read_expo(actor), "display": display_settings_for(actor), "problem": refusal.message}
        return render(request, "kitchen/expo.html", context)

    return answer_action(request, service, back=reverse("kitchen:expo"), part=fragments, page=whole_pass)
