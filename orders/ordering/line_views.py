"""Pages that change or void a sent line. With scripts they open beside the check."""

from collections.abc import Callable

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from orders import services
from orders.access import order_for, order_of_line
from orders.models import Order
from orders.order_commands import MAX_QUANTITY
from orders.ordering.approval import approver_in, pin_problem
from orders.ordering.sent_line import changed_lines, read_line
from orders.transitions import reason_words


@require_http_methods(["GET", "POST"])
@page_requires(Permission.EDIT_ORDER)
def line(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a sent line, and change its quantity, choices, seat or note while the kitchen has not started."""
    order = order_for(actor, order_of_line(actor, pk))
    if request.method == "GET":
        return _show(request, actor, order, pk)

    def change() -> object:
        lines = changed_lines(read_line(order, pk, actor), request.POST)
        return services.replace_lines(
            order_id=order.pk, lines=lines, note=None, versions=_versions(request), actor=actor
        )

    return _answer(request, actor, order, pk, change)


@require_POST
@page_requires(Permission.CANCEL_ORDER)
def void(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take a quantity of a sent line off its order, with a reason and, once it is cooked, the PIN of a manager."""
    order = order_for(actor, order_of_line(actor, pk))

    def take_off() -> object:
        return services.void_lines(
            order_id=order.pk,
            lines={pk: _quantity(request)},
            reason=_reason(request, actor),
            kitchen_told="kitchen_told" in request.POST,
            approver=approver_in(request.POST, Permission.VOID_COOKED, actor),
            versions=_versions(request),
            actor=actor,
        )

    return _answer(request, actor, order, pk, take_off, typed=request.POST)


def _quantity(request: HtmxHttpRequest) -> int | None:
    """Return how many to take off; None, for a form without the field, is the whole line. Raises InvalidInput."""
    typed = request.POST.get("quantity", "").strip()
    if not typed:
        return None
    quantity = whole_number(typed, most=MAX_QUANTITY)
    if quantity is None:
        message = gettext("“%(typed)s” is not a quantity. Use 1 to %(most)s.")
        raise InvalidInput(
            message % {"typed": typed[:20], "most": MAX_QUANTITY}, fields={"quantity": [gettext("Not a number.")]}
        )
    return quantity


def _versions(request: HtmxHttpRequest) -> tuple[int, ...] | None:
    """Return the version that the form shows, so that a change that came meanwhile is not overwritten."""
    version = whole_number(request.POST.get("version", ""))
    return None if version is None else (version,)


def _reason(request: HtmxHttpRequest, actor: Actor) -> str:
    typed = clean_text(request.POST.get("reason_text", ""))[:200]
    return reason_words(request.POST.get("reason", ""), typed, restaurant_of(actor).language)


def _answer(
    request: HtmxHttpRequest,
    actor: Actor,
    order: Order,
    pk: int,
    service: Callable[[], object],
    typed: QueryDict | None = None,
) -> HttpResponse:
    """Run a service. A script gets 204 and fetches the check; a refusal shows the form again with its sentence.

    `typed` is what the form of the void had, which stays in it.
    """
    try:
        service()
    except DomainError as error:
        fresh = order_for(actor, order.pk)
        if any(each.pk == pk for each in fresh.lines.all()):
            return with_status(_show(request, actor, fresh, pk, error, typed), error)
        raise
    if request.htmx:
        return HttpResponse(status=204)
    return redirect(_back(order))


def _back(order: Order) -> str:
    if order.table_id is None:
        return reverse("ordering:counter")
    return reverse("ordering:table-screen", args=[order.table_id])


def _show(
    request: HtmxHttpRequest,
    actor: Actor,
    order: Order,
    pk: int,
    error: DomainError | None = None,
    typed: QueryDict | None = None,
) -> HttpResponse:
    beside_pin = pin_problem(error)
    context = {
        "form": read_line(order, pk, actor),
        "back": _back(order),
        "problem": error.message if error and not beside_pin else "",
        "pin_problem": beside_pin,
        "typed": typed or {},
        "title": gettext("Sent dish"),
    }
    answer = render(request, "ordering/line_form.html" if request.htmx else "ordering/line.html", context)
    answer["Vary"] = "HX-Request, Cookie"
    return answer
