"""The calls of the order screen's scripts: the menu, the draft, Send."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from menu.compiled import menu_now
from orders import services
from orders.ordering.approval import approver_in
from orders.ordering.departures import departure
from orders.ordering.forms import ChangesInput, SendInput, read_json, stored, stored_details
from orders.ordering.menu_answer import menu_answer
from orders.ordering.place import place_for
from orders.ordering.quote import at_once, held_courses, line_request, stations_of
from orders.ordering.sending import kind_of, order_request, refuse_other_total, was_sent
from orders.ordering.state import menu_url, read_screen, state_json

YEAR = 31_536_000
Params = ParamSpec("Params")


def refusals_as_json(
    view: Callable[Concatenate[HtmxHttpRequest, Actor, Params], HttpResponse],
) -> Callable[Concatenate[HtmxHttpRequest, Actor, Params], HttpResponse]:
    """Answer a refusal with its sentence as JSON, because a script shows it beside its cause."""

    @wraps(view)
    def wrapped(request: HtmxHttpRequest, actor: Actor, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        try:
            return view(request, actor, *args, **kwargs)
        except DomainError as error:
            told = {"problem": error.message, "code": error.code, "fields": error.fields, **error.extra}
            return with_status(_json(told), error)

    return wrapped


def _json(data: Any) -> HttpResponse:
    return HttpResponse(dumps(data), content_type="application/json", headers={"Cache-Control": "no-store"})


@require_GET
@page_requires(Permission.PLACE_ANYWHERE)
def menu(request: HtmxHttpRequest, actor: Actor, restaurant_id: int, version: int) -> HttpResponse:
    """Return the whole menu of a version, cached permanently. An old version leads to the version in force."""
    if restaurant_id != actor.restaurant_id:
        raise Http404
    now = menu_now(restaurant_id)
    if version != now.menu.version:
        return HttpResponseRedirect(menu_url(restaurant_id, now.menu.version), headers={"Cache-Control": "no-store"})
    answer = HttpResponse(menu_answer(now.menu), content_type="application/json")
    answer["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    answer["ETag"] = f'"menu-{restaurant_id}-{version}"'
    return answer


@require_http_methods(["GET", "POST"])
@page_requires(Permission.PLACE_ANYWHERE)
@refusals_as_json
def draft(request: HtmxHttpRequest, actor: Actor, pk: int | None = None) -> HttpResponse:
    """Return the state of a place; with a body change its draft first.

    `have` is the stamp that the screen shows. `party` are guests who are not at the table any more: where are they?
    """
    place = place_for(actor, pk)
    if request.method == "GET":
        state = read_screen(place, actor)
        if request.GET.get("have") == state.stamp:
            return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
        return _json({**state_json(state), **departure(request.GET.get("party", ""), actor)})
    body = read_json(request, ChangesInput)
    saved = services.change_draft(
        table_id=place.table_id,
        put=[stored(line) for line in body["put"]],
        removed=body["removed"],
        details=stored_details(body["details"]) if "details" in body else None,
        actor=actor,
    )
    return _json(state_json(read_screen(place, actor, saved.draft), saved.refused))


@require_POST
@page_requires(Permission.PLACE_ANYWHERE)
@refusals_as_json
def send(request: HtmxHttpRequest, actor: Actor, pk: int | None = None) -> HttpResponse:
    """Place an order. The key makes a repeated Send one order; another total than the waiter saw is refused."""
    place = place_for(actor, pk)
    body = read_json(request, SendInput)
    state = read_screen(place, actor)
    approver = None
    if not was_sent(actor, body["key"]):
        refuse_other_total(state.selling, body, kind_of(place, body["details"]))
        approver = approver_in(body, Permission.APPROVE_PRICE, actor)
    placed = services.place_order(order_request(place, body, actor, state.menu.menu, approver))
    answer = state_json(read_screen(place_for(actor, pk), actor))
    lines, menu = body["lines"], state.menu.menu
    held = held_courses(lines, body["details"].get("courses") or {}, menu)
    stations = stations_of(state.menu, at_once(map(line_request, lines), held, menu))
    answer["order"] = {
        "id": placed.id,
        "number": placed.json["number"],
        "status": placed.json["status"],
        "stations": list(stations),
    }
    return with_status(_json(answer), None)
