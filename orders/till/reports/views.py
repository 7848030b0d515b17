"""The report of a business day as a page, CSV and Excel workbook."""

from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest
from menu.files.writing import CSV_TYPE, XLSX_TYPE
from orders.till.reports.files import as_csv, as_workbook
from orders.till.reports.rows import shown_tables
from orders.till.reports.tables import tables_of

DAY = timedelta(days=1)


@require_GET
@page_requires(Permission.READ_REPORTS)
def today(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the report of this business day, or go to the one of the day that is chosen."""
    wanted = request.GET.get("day", "")
    if wanted:
        return redirect("reports:day", _day_of(wanted).isoformat())
    return _page(request, actor, restaurant_of(actor).business_date(timezone.now()))


@require_GET
@page_requires(Permission.READ_REPORTS)
def day(request: HtmxHttpRequest, actor: Actor, day: str) -> HttpResponse:
    """Show the report of a business day."""
    return _page(request, actor, _day_of(day))


def _page(request: HtmxHttpRequest, actor: Actor, chosen: date) -> HttpResponse:
    restaurant = restaurant_of(actor)
    context = {
        "day": chosen,
        "before": (chosen - DAY).isoformat(),
        "after": (chosen + DAY).isoformat(),
        "tables": shown_tables(tables_of(restaurant, chosen), restaurant),
        "restaurant": restaurant,
    }
    return render(request, "till/day.html", context)


@require_GET
@page_requires(Permission.READ_REPORTS)
def day_csv(request: HtmxHttpRequest, actor: Actor, day: str) -> HttpResponse:
    """Return the report of a business day as CSV."""
    chosen, restaurant = _day_of(day), restaurant_of(actor)
    return _file(as_csv(tables_of(restaurant, chosen), restaurant.currency), CSV_TYPE, f"day-{chosen}.csv")


@require_GET
@page_requires(Permission.READ_REPORTS)
def day_xlsx(request: HtmxHttpRequest, actor: Actor, day: str) -> HttpResponse:
    """Return the report of a business day as an Excel workbook."""
    chosen, restaurant = _day_of(day), restaurant_of(actor)
    return _file(as_workbook(tables_of(restaurant, chosen), restaurant.currency), XLSX_TYPE, f"day-{chosen}.xlsx")


def _day_of(typed: str) -> date:
    """Return the day of an address such as 2026-03-07. Raises Http404."""
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        raise Http404 from None
    if not 2000 <= found.year < 2200:
        raise Http404
    return found


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
