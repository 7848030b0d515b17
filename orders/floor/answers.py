"""The answers to the acts of the floor: the table's sheet, or what changed in the list that the act was chosen from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.web.pages import HtmxHttpRequest, answer_action
from orders.access import order_for
from orders.floor.plan import read_floor
from orders.floor.table_sheet import read_sheet
from orders.floor.table_state import read_state
from orders.floor.viewer import viewer_of
from orders.transitions import CancelReason
from tables.models import Table

UNDO_SECONDS = 6
FROM_LIST = "list"  # value of the field `from` of an act in the list
Refused = Callable[[DomainError], HttpResponse]


def answer_act(
    request: HtmxHttpRequest, actor: Actor, where: Table, service: Callable[[], object], refused: Refused
) -> HttpResponse:
    """Run a service and return what the page shows afterwards; `refused` renders the table's sheet with a refusal."""
    if request.POST.get("from") == FROM_LIST:
        return answer_in_list(request, actor, where, service)

    def sheet(_result: object, refusal: DomainError | None) -> HttpResponse:
        return refused(refusal) if refusal else show_sheet(request, actor, where)

    return answer_action(request, service, back=reverse("floor:table", args=[where.pk]), part=sheet, page=refused)


def answer_order(request: HtmxHttpRequest, actor: Actor, pk: int, service: Callable[[], object]) -> HttpResponse:
    """Run a service on an order and return its table's sheet, with a refusal beside the order.

    An order without a table has no sheet: the floor's socket shows what changed.
    """
    where = order_for(actor, pk).table
    if where is None:
        return answer_action(request, service, back=reverse("floor:floor"), part=_no_sheet)

    def refused(refusal: DomainError) -> HttpResponse:
        return show_sheet(request, actor, where, refusal, problem_order=pk)

    return answer_act(request, actor, where, service, refused)


def _no_sheet(_result: object, _refusal: DomainError | None) -> HttpResponse:
    return HttpResponse(status=204)


@dataclass(frozen=True, slots=True)
class Done:
    """The words for an act that was done, and the address that takes it back."""

    text: str
    undo_url: str
    seconds: int = UNDO_SECONDS


def answer_in_list(
    request: HtmxHttpRequest, actor: Actor, where: Table, service: Callable[[], object], done: Done | None = None
) -> HttpResponse:
    """Run a service and return the table in the plan and in the list, with a refusal beside it or a way to undo."""

    def changes(_result: object, refusal: DomainError | None) -> HttpResponse:
        floor = read_floor(actor)
        context: dict[str, Any] = {
            "floor": floor,
            "tables": [table for table in floor.tables if table.id == where.pk],
            "done": None if refusal else done,
        }
        if refusal:
            context |= {"problem": refusal.message, "problem_table": where.pk}
        return render(request, "floor/changes.html", context)

    def page(refusal: DomainError) -> HttpResponse:
        return show_floor(request, actor, f"{where.name}: {refusal.message}")

    return answer_action(request, service, back=reverse("floor:floor"), part=changes, page=page)


def show_floor(request: HtmxHttpRequest, actor: Actor, problem: str = "") -> HttpResponse:
    """Render the floor for a person."""
    floor = read_floor(actor)
    viewer = viewer_of(actor, floor, request.GET.get("tab", ""))
    return render(request, "floor/floor.html", {"floor": floor, "viewer": viewer, "problem": problem})


def show_sheet(
    request: HtmxHttpRequest,
    actor: Actor,
    where: Table,
    error: DomainError | None = None,
    **context: Any,
) -> HttpResponse:
    """Render the sheet of a table, as a page or beside the floor."""
    if not request.htmx:
        context["state"] = read_state(actor, where)  # before the rows, so that no later change is missed
    sheet = read_sheet(actor, where, context["state"].table if "state" in context else None)
    template = "floor/sheet.html#sheet" if request.htmx else "floor/sheet.html"
    context |= {"sheet": sheet, "reasons": CancelReason.choices, "problem": error.message if error else ""}
    answer = render(request, template, context)
    answer["Vary"] = "HX-Request, Cookie"
    return answer
