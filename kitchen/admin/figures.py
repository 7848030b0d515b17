"""The page of ticket times: one table each for hours, stations, dishes and cooks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.base import TenantAdmin, manager_of
from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.errors import DomainError
from kitchen.fulfilment import LONGEST, fulfilment_report, report_days

HEADERS = (_("Median"), _("90 % within"), _("Late"), _("Recalls"))


def figures_page(admin: TenantAdmin, request: HttpRequest) -> HttpResponse:
    """Show the report of the requested days, or of the present day with the reason when they are invalid."""
    actor = manager_of(request)
    restaurant = restaurant_of(actor)
    problem, now = "", timezone.now()
    try:
        first, last = report_days(restaurant, request.GET.get("from", ""), request.GET.get("to", ""), now)
    except DomainError as error:
        problem = error.message
        first, last = report_days(restaurant, "", "", now)
    report = fulfilment_report(actor, restaurant, first, last)
    days = [date_format(day, "DATE_FORMAT") for day in (first, last)]
    period = days[0] if first == last else gettext("%(first)s to %(last)s") % {"first": days[0], "last": days[1]}
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": gettext("Ticket times, %(period)s") % {"period": period},
        "first": first.isoformat(),
        "last": last.isoformat(),
        "longest": LONGEST,
        "problem": problem,
        "report": report,
        "tables": [
            (_("By hour"), _table(_("Hour"), _("Tickets"), [(_hour(row["hour"]), row, ()) for row in report["hours"]])),
            (_("By station"), _grouped(_("Station"), _("Tickets"), report["stations"])),
            (_("By dish"), _grouped(_("Dish"), _("Lines"), report["items"])),
            (_("By cook"), _grouped(_("Cook"), _("Tickets"), report["cooks"])),
        ],
    }
    return TemplateResponse(request, "admin/kitchen/figures.html", context, status=422 if problem else 200)


def _grouped(what: str | Promise, counted: str | Promise, groups: list[dict[str, Any]]) -> dict[str, Any]:
    return _table(what, counted, [(group["name"], group, group["hours"]) for group in groups])


def _table(what: str | Promise, counted: str | Promise, rows: list[tuple[str, dict[str, Any], Any]]) -> dict[str, Any]:
    """Return a table as Unfold expects it, with the hours of a row below the row."""
    shown = []
    for name, figures, hours in rows:
        row: dict[str, Any] = {"cols": [name, *_figures(figures)]}
        if hours:
            inner = [[_hour(each["hour"]), *_figures(each)] for each in hours]
            row["table"] = {"headers": [_("Hour"), counted, *HEADERS], "rows": inner, "collapsible": True}
        shown.append(row)
    return {"headers": [what, counted, *HEADERS], "rows": shown, "collapsible": True}


def _figures(figures: dict[str, Any]) -> list[str]:
    late = f"{figures['late_share'] * 100:.0f} %"
    return [
        str(figures["count"]),
        _span(figures["p50_seconds"]),
        _span(figures["p90_seconds"]),
        late,
        str(figures["recalls"]),
    ]


def _hour(hour: int) -> str:
    return f"{hour:02}:00–{hour:02}:59"


def _span(seconds: int | None) -> str:
    """Return a duration in minutes and seconds."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
