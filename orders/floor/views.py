"""Pages of the floor plan. They work without JavaScript: an action then redirects to the table's page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput, LostRace
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest
from orders import services
from orders.access import table_for
from orders.floor.answers import answer_act, answer_order, show_floor, show_sheet
from orders.floor.forms import short_text
from orders.floor.guests import read_allergies
from orders.floor.table_state import read_state
from orders.transitions import reason_words
from tables.models import Party

NEVER = "never"  # in the form, instead of minutes: remove the plan


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def floor(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the floor plan."""
    return show_floor(request, actor)


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def table(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the sheet of a table, as a page or beside the floor plan."""
    return show_sheet(request, actor, table_for(actor, pk))


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def table_state(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the live part of a table's page, which the page fetches while its socket is down."""
    return render(request, "floor/sheet.html#state", {"state": read_state(actor, table_for(actor, pk))})


@require_POST
@page_requires(Permission.CLEAR_TABLE)
def clear(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Clear a table after the guests have left."""
    where = table_for(actor, pk)

    def refused(refusal: DomainError) -> HttpResponse:
        return show_sheet(request, actor, where, refusal, problem_act="clear")

    return answer_act(
        request,
        actor,
        where,
        lambda: services.clear_table(table_id=pk, party_id=_party(request), actor=actor),
        refused,
    )


@require_POST
@page_requires(Permission.DECLARE_ALLERGIES)
def declare_allergies(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Declare the allergies of a seat or of the whole party at a table."""
    where = table_for(actor, pk)

    def declare() -> object:
        party = Party.objects.visible_to(actor).at_table(where.pk).first()
        if party is None:
            raise InvalidInput(gettext("Nobody sits here. Send an order first."), code="table_free")
        if _party(request) not in (None, party.pk):
            raise LostRace(gettext("Other guests sit here now. Nothing was saved."), code="other_guests")
        return services.declare_allergies(party_id=party.pk, actor=actor, **read_allergies(request.POST))

    def refused(refusal: DomainError) -> HttpResponse:
        return show_sheet(request, actor, where, refusal, problem_act="allergies")

    return answer_act(request, actor, where, declare, refused)


@require_POST
@page_requires(Permission.CONFIRM_ORDER)
def confirm(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Confirm an order for the kitchen."""
    return answer_order(request, actor, pk, lambda: services.confirm_order(order_id=pk, actor=actor))


@require_POST
@page_requires(Permission.CANCEL_ORDER)
def cancel(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Cancel an order with a reason."""
    reason = _reason(request, actor)
    return answer_order(request, actor, pk, lambda: services.cancel_order(order_id=pk, reason=reason, actor=actor))


@require_POST
@page_requires(Permission.DELIVER_ORDER)
def deliver(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Mark an order or its ready course as served."""
    return answer_order(request, actor, pk, lambda: services.deliver_order(order_id=pk, actor=actor))


@require_POST
@page_requires(Permission.DELIVER_ORDER)
def deliver_ready(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Deliver the orders of a table that the page showed as ready."""
    where = table_for(actor, pk)
    shown = [number for said in request.POST.get("orders", "").split(",") if (number := whole_number(said)) is not None]

    def refused(refusal: DomainError) -> HttpResponse:
        return show_sheet(request, actor, where, refusal, problem_act="deliver")

    return answer_act(
        request, actor, where, lambda: services.deliver_ready(table_id=pk, order_ids=shown, actor=actor), refused
    )


@require_POST
@page_requires(Permission.FIRE_COURSE)
def fire(request: HtmxHttpRequest, actor: Actor, pk: int, course: int) -> HttpResponse:
    """Fire a held course."""
    return answer_order(request, actor, pk, lambda: services.fire_course(order_id=pk, course=course, actor=actor))


@require_POST
@page_requires(Permission.FIRE_COURSE)
def plan(request: HtmxHttpRequest, actor: Actor, pk: int, course: int) -> HttpResponse:
    """Plan a held course to fire after some minutes, or remove the plan ("never").

    The service refuses -1, which stands for an unreadable number of minutes.
    """
    said = request.POST.get("minutes", "")
    number = whole_number(said, most=9_999)
    minutes = None if said == NEVER else -1 if number is None else number
    return answer_order(
        request, actor, pk, lambda: services.plan_course(order_id=pk, course=course, minutes=minutes, actor=actor)
    )


@require_POST
@page_requires(Permission.CANCEL_ORDER)
def remove_course(request: HtmxHttpRequest, actor: Actor, pk: int, course: int) -> HttpResponse:
    """Remove a held course with a reason."""
    reason = _reason(request, actor)
    return answer_order(
        request, actor, pk, lambda: services.remove_course(order_id=pk, course=course, reason=reason, actor=actor)
    )


def _party(request: HtmxHttpRequest) -> int | None:
    """Return the party that the page showed; None for a form that does not say it."""
    return whole_number(request.POST.get("party", ""), least=1)


def _reason(request: HtmxHttpRequest, actor: Actor) -> str:
    typed = short_text(request.POST.get("reason_text", ""), 200)
    return reason_words(request.POST.get("reason", ""), typed, restaurant_of(actor).language)
