"""Pages of the order screen and of the counter. Their main actions work without scripts."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from menu.compiled import menu_now
from orders import services
from orders.access import order_for
from orders.ordering.approval import approver_in, pin_problem
from orders.ordering.counter import read_counter
from orders.ordering.forms import KEY, read_added, read_changed, read_details
from orders.ordering.live import all_news
from orders.ordering.place import Place, place_for
from orders.ordering.screen import read_page
from orders.ordering.sending import order_request, was_sent
from orders.ordering.sent import last_round, typed_facts
from orders.ordering.state import read_screen
from orders.services.destination import other_guests

KEY_IN_LINES = 20  # characters of the form's key that begin the keys of the lines that it adds


@require_http_methods(["GET", "POST"])
@page_requires(Permission.PLACE_ANYWHERE)
def screen(request: HtmxHttpRequest, actor: Actor, pk: int | None = None) -> HttpResponse:
    """Show the order screen; as a plain form add dishes to the draft, repeat the last round, or send."""
    place = place_for(actor, pk)
    if request.method == "GET":
        return _page(request, actor, place)
    try:
        return _do(request, actor, place)
    except DomainError as error:
        return with_status(_page(request, actor, place_for(actor, pk), error), error)


def _do(request: HtmxHttpRequest, actor: Actor, place: Place) -> HttpResponse:
    """Carry out what a plain form asks for, and return to the page."""
    action, key = request.POST.get("do", "add"), request.POST.get("key", "")
    if not KEY.fullmatch(key):  # without a key of its own the next order would be taken for a repeated one
        key = uuid7().hex
    here = redirect(f"{place.screen_url}?category={request.POST.get('category', '')[:20]}")
    if action == "send" and was_sent(actor, key):
        return redirect(place.back_url)
    party = whole_number(request.POST.get("party", ""), least=1)
    if action == "send" and party is not None and (place.party is None or place.party.pk != party):
        raise other_guests(party, restaurant_of(actor).pk)
    draft = place.draft(actor)
    kept, removed = read_changed(request.POST, draft.lines)
    added = [{**line, "key": f"{key[:KEY_IN_LINES]}-{line['item']}"} for line in read_added(request.POST)]
    if action == "repeat":
        added += _round(actor, place, key)
    details = read_details(request.POST, timezone.now()) if place.table is None else None
    changed = [line for line in kept if line not in draft.lines]
    saved = services.change_draft(
        table_id=place.table_id, put=[*changed, *added], removed=removed, details=details, actor=actor
    )
    if action != "send":
        return here
    menu = menu_now(restaurant_of(actor).pk).menu
    body = _body(saved.draft.lines, saved.draft.details, key) | {"party": party}
    approver = approver_in(request.POST, Permission.APPROVE_PRICE, actor)
    services.place_order(order_request(place, body, actor, menu, approver))
    return redirect(place.back_url)


def _body(lines: list[dict[str, Any]], details: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the stored draft as the body of a Send."""
    if not lines:
        raise InvalidInput(gettext("Nothing is chosen yet. Give at least one dish a quantity."), code="no_lines")
    at = parse_datetime(details.get("pickup_at") or "")
    return {"key": key, "lines": lines, "details": {**details, "pickup_at": at}}


def _round(actor: Actor, place: Place, key: str) -> list[dict[str, Any]]:
    """Return the lines of the last round as new lines of the draft."""
    lines = last_round(read_screen(place, actor).sent)
    return [
        {
            "key": f"{key[:KEY_IN_LINES]}-r{number}",
            "item": line.item,
            "quantity": line.quantity,
            "modifiers": list(line.modifiers or ()),
            "allergies": list(line.allergies or ()),
            "note": line.note,
            "seat": line.seat,
            "course": line.course,
            "agreed": False,
            **typed_facts(line),
        }
        for number, line in enumerate(lines)
    ]


def _page(request: HtmxHttpRequest, actor: Actor, place: Place, error: DomainError | None = None) -> HttpResponse:
    state = read_screen(place, actor)
    wanted = (request.GET.get("category") or request.POST.get("category") or "")[:20]
    page = read_page(state, actor, wanted, request.GET.get("part", ""))
    beside_pin = pin_problem(error)
    context = {
        "screen": page,
        "state": state,
        "place": place,
        "problem": error.message if error and not beside_pin else "",
        "pin_problem": beside_pin,
        "approver": request.POST.get("approver", ""),
    }
    return render(request, "ordering/order.html", context)


@require_POST
@page_requires(Permission.PLACE_ANYWHERE)
def act(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Fire a held course or deliver what is ready, from the check."""
    place = place_for(actor, pk)
    order_id = whole_number(request.POST.get("order", ""), least=1) or 0
    course = whole_number(request.POST.get("course", ""), least=1, most=999) or 0
    actions: dict[str, Callable[[], object]] = {
        "fire": lambda: services.fire_course(order_id=order_id, course=course, actor=actor),
        "deliver": lambda: services.deliver_order(order_id=order_id, actor=actor),
    }
    action = actions.get(request.POST.get("do", ""))
    if action is None:
        raise InvalidInput(gettext("Choose what to do."))
    try:
        action()
    except DomainError as error:
        if _is_script(request):
            return with_status(JsonResponse({"problem": error.message, "code": error.code}), error)
        return with_status(_page(request, actor, place, error), error)
    return HttpResponse(status=204) if _is_script(request) else redirect(place.screen_url)


def _is_script(request: HtmxHttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def news(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the news of the order screens, which a page fetches while its socket is down."""
    assert actor.restaurant_id is not None
    return render(request, "ordering/news.html", {"news": all_news(actor.restaurant_id)})


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def counter(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the open orders without a table."""
    return _counter(request, actor)


@require_POST
@page_requires(Permission.DELIVER_ORDER)
def hand_over(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Mark an order without a table as handed over to its guest."""
    order_for(actor, pk)
    try:
        services.deliver_order(order_id=pk, actor=actor)
    except DomainError as error:
        return with_status(_counter(request, actor, error), error)
    return redirect(reverse("ordering:counter"))


def _counter(request: HtmxHttpRequest, actor: Actor, error: DomainError | None = None) -> HttpResponse:
    context = {
        "counter": read_counter(actor, restaurant_of(actor).locale),
        "may_order": actor.may(Permission.PLACE_ANYWHERE),
        "problem": error.message if error else "",
    }
    return render(request, "ordering/counter.html", context)
