"""Pages of the floor plan. They work without JavaScript: an action then redirects to the table's page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput, ReusedKey
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action
from orders import services
from orders.access import order_for, table_for
from orders.floor.forms import form_request, read_order_data, short_text
from orders.floor.guests import read_allergies
from orders.floor.plan import read_floor
from orders.floor.table_sheet import read_sheet
from orders.floor.table_state import read_state
from orders.transitions import CancelReason
from tables.models import Party, Table

NEVER = "never"  # in the form, instead of minutes: remove the plan
SENT_ALREADY = "This form was already sent. Check the orders above. Send again for a second order."


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def floor(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the floor plan."""
    context = {"floor": read_floor(actor), "may_confirm": actor.may(Permission.CONFIRM_ORDER)}
    return render(request, "floor/floor.html", context)


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def table(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the sheet of a table, as a page or beside the floor plan."""
    return _sheet(request, actor, table_for(actor, pk))


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def table_state(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the live part of a table's page, which the page fetches while its socket is down."""
    return render(request, "floor/sheet.html#state", {"state": read_state(actor, table_for(actor, pk))})


@require_POST
@page_requires(Permission.PLACE_ANYWHERE)
def place_order(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Place an order for a table. The form contains the idempotency key."""
    where = table_for(actor, pk)
    order_data = read_order_data(request.POST)

    def refused(refusal: DomainError) -> HttpResponse:
        if isinstance(refusal, ReusedKey):  # after the browser's Back, an old form with other dishes gets a new key
            refusal.message = SENT_ALREADY
            return _sheet(request, actor, where, refusal, order_data={**order_data, "key": ""})
        return _sheet(request, actor, where, refusal, order_data=order_data)

    return _answer(
        request, actor, where, lambda: services.place_order(form_request(order_data, where.pk, actor)), refused
    )


@require_POST
@page_requires(Permission.CLEAR_TABLE)
def clear(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Clear a table after the guests have left."""
    where = table_for(actor, pk)

    def refused(refusal: DomainError) -> HttpResponse:
        return _sheet(request, actor, where, refusal, problem_act="clear")

    return _answer(request, actor, where, lambda: services.clear_table(table_id=pk, actor=actor), refused)


@require_POST
@page_requires(Permission.DECLARE_ALLERGIES)
def declare_allergies(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Declare the allergies of a seat or of the whole party at a table."""
    where = table_for(actor, pk)

    def declare() -> object:
        party = Party.objects.visible_to(actor).seated().filter(table=where).first()
        if party is None:
            raise InvalidInput("Nobody sits here. Send an order first.", code="table_free")
        return services.declare_allergies(party_id=party.pk, actor=actor, **read_allergies(request.POST))

    def refused(refusal: DomainError) -> HttpResponse:
        return _sheet(request, actor, where, refusal, problem_act="allergies")

    return _answer(request, actor, where, declare, refused)


@require_POST
@page_requires(Permission.CONFIRM_ORDER)
def confirm(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Confirm an order for the kitchen."""
    return _move(request, actor, pk, lambda: services.confirm_order(order_id=pk, actor=actor))


@require_POST
@page_requires(Permission.CANCEL_ORDER)
def cancel(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Cancel an order with a reason."""
    reason = _reason(request)
    return _move(request, actor, pk, lambda: services.cancel_order(order_id=pk, reason=reason, actor=actor))


@require_POST
@page_requires(Permission.DELIVER_ORDER)
def deliver(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Mark an order or its ready course as served."""
    return _move(request, actor, pk, lambda: services.deliver_order(order_id=pk, actor=actor))


@require_POST
@page_requires(Permission.FIRE_COURSE)
def fire(request: HtmxHttpRequest, actor: Actor, pk: int, course: int) -> HttpResponse:
    """Fire a held course."""
    return _move(request, actor, pk, lambda: services.fire_course(order_id=pk, course=course, actor=actor))


@require_POST
@page_requires(Permission.FIRE_COURSE)
def plan(request: HtmxHttpRequest, actor: Actor, pk: int, course: int) -> HttpResponse:
    """Plan a held course to fire after some minutes, or remove the plan ("never").

    The service refuses -1, which stands for an unreadable number of minutes.
    """
    said = request.POST.get("minutes", "")
    number = whole_number(said, most=9_999)
    minutes = None if said == NEVER else -1 if number is None else number
    return _move(
        request, actor, pk, lambda: services.plan_course(order_id=pk, course=course, minutes=minutes, actor=actor)
    )


@require_POST
@page_requires(Permission.CANCEL_ORDER)
def remove_course(request: HtmxHttpRequest, actor: Actor, pk: int, course: int) -> HttpResponse:
    """Remove a held course with a reason."""
    reason = _reason(request)
    return _move(
        request, actor, pk, lambda: services.remove_course(order_id=pk, course=course, reason=reason, actor=actor)
    )


def _reason(request: HtmxHttpRequest) -> str:
    chosen = dict(CancelReason.choices).get(request.POST.get("reason", ""), "")
    words = chosen, short_text(request.POST.get("reason_text", ""), 200)
    return ": ".join(part for part in words if part)


def _move(request: HtmxHttpRequest, actor: Actor, pk: int, service: Callable[[], object]) -> HttpResponse:
    """Run a service on an order and return its table's sheet, with a refusal beside the order.

    An order without a table has no sheet: the floor's socket shows what changed.
    """
    where = order_for(actor, pk).table
    if where is None:
        return answer_action(request, service, back=reverse("floor:floor"), part=_no_sheet)

    def refused(refusal: DomainError) -> HttpResponse:
        return _sheet(request, actor, where, refusal, problem_order=pk)

    return _answer(request, actor, where, service, refused)


def _no_sheet(_result: object, _refusal: DomainError | None) -> HttpResponse:
    return HttpResponse(status=204)


def _answer(
    request: HtmxHttpRequest,
    actor: Actor,
    where: Table,
    service: Callable[[], object],
    refused: Callable[[DomainError], HttpResponse],
) -> HttpResponse:
    """Run a service and return the table's sheet, or after a refusal the result of `refused`."""

    def sheet(_result: object, refusal: DomainError | None) -> HttpResponse:
        return refused(refusal) if refusal else _sheet(request, actor, where)

    return answer_action(request, service, back=reverse("floor:table", args=[where.pk]), part=sheet, page=refused)


def _sheet(
    request: HtmxHttpRequest,
    actor: Actor,
    where: Table,
    error: DomainError | None = None,
    order_data: dict[str, Any] | None = None,
    **context: Any,
) -> HttpResponse:
    if not request.htmx:
        context["state"] = read_state(actor, where)  # before the rows, so that no later change is missed
    sheet = read_sheet(actor, where, order_data)
    template = "floor/sheet.html#sheet" if request.htmx else "floor/sheet.html"
    context |= {"sheet": sheet, "reasons": CancelReason.choices, "problem": error.message if error else ""}
    answer = render(request, template, context)
    answer["Vary"] = "HX-Request, Cookie"
    return answer
