"""The page of ticket times: one table each for hours, stations, dishes and cooks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from bistro.core.admin.base import TenantAdmin, manager_of
from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.errors import DomainError
from kitchen.fulfilment import LONGEST, fulfilment_report, report_days

HEADERS = ("Median", "90 % within", "Late", "Recalls")


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
    period = f"{first:%d %B %Y}" if first == last else f"{first:%d %B %Y} to {last:%d %B %Y}"
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": f"Ticket times, {period}",
        "first": first.isoformat(),
        "last": last.isoformat(),
        "longest": LONGEST,
        "problem": problem,
        "report": report,
        "tables": [
            ("By hour", _table("Hour", "Tickets", [(_hour(row["hour"]), row, ()) for row in report["hours"]])),
            ("By station", _grouped("Station", "Tickets", report["stations"])),
            ("By dish", _grouped("Dish", "Lines", report["items"])),
            ("By cook", _grouped("Cook", "Tickets", report["cooks"])),
        ],
    }
    return TemplateResponse(request, "admin/kitchen/figures.html", context, status=422 if problem else 200)


def _grouped(what: str, counted: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    return _table(what, counted, [(group["name"], group, group["hours"]) for group in groups])


def _table(what: str, counted: str, rows: list[tuple[str, dict[str, Any], Any]]) -> dict[str, Any]:
    """Return a table as Unfold expects it, with the hours of a row below the row."""
    shown = []
    for name, figures, hours in rows:
        row: dict[str, Any] = {"cols": [name, *_figures(figures)]}
        if hours:
            inner = [[_hour(each["hour"]), *_figures(each)] for each in hours]
            row["table"] = {"headers": ["Hour", counted, *HEADERS], "rows": inner, "collapsible": True}
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
    return f"{hour:02}:00 to {hour:02}:59"


def _span(seconds: int | None) -> str:
    """Return a duration in minutes and seconds."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
