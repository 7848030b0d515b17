"""The pages of closings: the X report, the closing of a day, and those that were made."""

from datetime import date
from decimal import Decimal

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from orders.billing.forms import once_in
from orders.till import services
from orders.till.access import closing_for
from orders.till.chain import breaks_of
from orders.till.closing_page import tables_in
from orders.till.models import Closing
from orders.till.reports.payloads import payload_of, period_json, uncounted
from orders.till.reports.periods import day_to_close, read_period
from orders.till.transitions import ClosingKind

PER_PAGE = 60


@require_GET
@page_requires(Permission.CLOSE_DAY)
def x_report(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show what the closing of the day would include now. Nothing is stored."""
    return render(request, "till/x.html", _x_context(actor))


def _x_context(actor: Actor) -> dict[str, object]:
    restaurant = restaurant_of(actor)
    today = restaurant.business_date(timezone.now())
    day = day_to_close(restaurant, today)
    body = period_json(read_period(restaurant, day))
    return {
        "day": day,
        "is_today": day == today,
        "tables": tables_in(body, restaurant),
        "uncounted": len(uncounted(body)),
        "open_bills": len(body["open_bills"]),
        "under_way": len(body["under_way"]),
        "unexplained": body["unexplained"] if Decimal(body["unexplained"]) else "",
        "restaurant": restaurant,
        "now": timezone.now(),
        "key": f"x-{day.isoformat()}",
    }


@require_POST
@page_requires(Permission.CLOSE_DAY)
def close(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Close a day, month or year, and show the closing."""
    kind, day = request.POST.get("kind", ""), request.POST.get("day", "")
    try:
        closing, _replayed = services.close_period(
            kind=ClosingKind(kind) if kind in ClosingKind.values else ClosingKind.DAY,
            day=_day_of(day),
            once=once_in(request),
            actor=actor,
        )
    except DomainError as refusal:
        return with_status(render(request, "till/x.html", {**_x_context(actor), "problem": refusal.message}), refusal)
    return redirect("till:closing", closing.pk)


@require_GET
@page_requires(Permission.CLOSE_DAY)
def closings(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """List the closings, newest first, and say whether the chain of their hashes is whole."""
    restaurant = restaurant_of(actor)
    rows = Closing.objects.visible_to(actor)
    page = Paginator(rows.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "breaks": breaks_of(rows.order_by("pk").iterator()), "restaurant": restaurant}
    return render(request, "till/closings.html", context)


@require_GET
@page_requires(Permission.CLOSE_DAY)
def closing(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a closing, to print."""
    row, restaurant = closing_for(actor, pk), restaurant_of(actor)
    body = payload_of(row)
    context = {"closing": row, "body": body, "tables": tables_in(body, restaurant), "restaurant": restaurant}
    return render(request, "till/closing.html", context)


def _day_of(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
