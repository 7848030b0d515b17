"""The front page of the admin: the figures of the business day in words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bistro.core.admin.base import acting_manager
from bistro.core.kernel.money import display
from bistro.core.models import Restaurant
from bistro.core.models.hours import services_on
from bistro.core.ops.backups import BackupState
from bistro.core.web.admin_site import restaurant_in
from bistro.dashboard.figures import DayFigures, day_figures


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of `templates/admin/index.html`. Twelve queries, independent of the history."""
    actor, restaurant = acting_manager(request), restaurant_in(request)
    if actor is None or restaurant is None:
        return context
    now = timezone.now()
    found = day_figures(actor, restaurant, now)
    return {
        **context,
        "today": found.day,
        "services": services_on(restaurant.pk, found.day),
        "figures": [*_sales(found, restaurant), *_kitchen(found, restaurant), _room(found), _backup(found.backup, now)],
        "alarms": found.alarms,
        "to_do": found.tasks,
    }


def _sales(found: DayFigures, restaurant: Restaurant) -> list[dict[str, Any]]:
    def money(day: str) -> str:
        return display(found.sales[day], restaurant.currency, restaurant.locale)

    orders = f"{reverse('admin:orders_order_changelist')}?day=today"
    return [
        _figure(_("Orders today"), found.orders["today"], _beside(found.orders.__getitem__), orders),
        _figure(_("Sales today"), money("today"), _beside(money), orders),
    ]


def _beside(of: Callable[[str], Any]) -> str:
    words = _("yesterday %(yesterday)s · same day last week %(week)s")
    return words % {"yesterday": of("yesterday"), "week": of("last_week")}


def _kitchen(found: DayFigures, restaurant: Restaurant) -> list[dict[str, Any]]:
    old = _("%(count)s older than %(minutes)s min") % {
        "count": found.late_tickets,
        "minutes": restaurant.late_seconds // 60,
    }
    return [
        _figure(_("Open tickets"), found.open_tickets, old, reverse("kitchen:board")),
        _figure(_("Ready to serve"), found.ready_orders, _("orders on the pass"), reverse("floor:floor")),
    ]


def _room(found: DayFigures) -> dict[str, Any]:
    of = _("of %(count)s") % {"count": found.tables}
    return _figure(_("Tables taken"), found.tables_taken, of, reverse("floor:floor"))


BACKUP_WORDS = {"off": gettext_lazy("off"), "late": gettext_lazy("late"), "none yet": gettext_lazy("none yet")}


def _backup(state: BackupState, now: datetime) -> dict[str, Any]:
    age = (
        _("%(time)s ago") % {"time": _minutes((now - state.at).total_seconds())}
        if state.at
        else BACKUP_WORDS[state.word]
    )
    beside = _("every %(time)s") % {"time": _minutes(state.every)} if state.every else _("by other means")
    if state.late:
        beside = _("late · %(words)s") % {"words": beside}
    return _figure(_("Last backup"), age, beside, reverse("admin:index"))


def _minutes(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes >= 48 * 60:
        return _("%(count)s days") % {"count": minutes // (24 * 60)}
    return f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"


def _figure(title: str, value: Any, beside: str, url: str) -> dict[str, Any]:
    return {"title": title, "value": value, "beside": beside, "url": url}
