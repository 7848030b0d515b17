"""The front page of the admin: today's figures beside yesterday's and those of the same day last week."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bistro.core.admin.base import acting_manager
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import ZERO, display
from bistro.core.models import Device, Restaurant
from bistro.core.models.hours import services_on
from bistro.core.ops.backups import backup_state
from bistro.core.web.admin_site import restaurant_in
from bistro.setup.checklist import missing_steps
from kitchen.models import Ticket
from menu.models import Item
from orders.floor.alarms import alarms
from orders.models import Order
from orders.transitions import OrderStatus
from tables.models import Occupancy, Table

MOST_ALARMS = 10


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of `templates/admin/index.html`. Twelve queries, independent of the history."""
    actor, restaurant = acting_manager(request), restaurant_in(request)
    if actor is None or restaurant is None:
        return context
    now = timezone.now()
    today = restaurant.business_date(now)
    return {
        **context,
        "today": today,
        "services": services_on(restaurant.pk, today),
        "figures": [*_days(actor, restaurant, today), *_kitchen(actor, restaurant, now), _room(actor), _backup(now)],
        "alarms": alarms(actor, now)[:MOST_ALARMS],
        "to_do": _to_do(actor),
    }


def _days(actor: Actor, restaurant: Restaurant, today: date) -> list[dict[str, Any]]:
    """Return orders and sales of three days, in one query."""
    days = {"today": today, "yesterday": today - timedelta(days=1), "last week": today - timedelta(days=7)}
    made = Order.objects.visible_to(actor).kept().filter(business_date__in=days.values())
    rows = made.order_by().values("business_date").annotate(orders=Count("pk"), sales=Sum("total"))
    found = {row["business_date"]: row for row in rows}
    none: dict[str, Any] = {"orders": 0, "sales": ZERO}

    def money(day: str) -> str:
        amount: Decimal = found.get(days[day], none)["sales"]
        return display(amount, restaurant.currency, restaurant.locale)

    def count(day: str) -> int:
        return int(found.get(days[day], none)["orders"])

    orders = reverse("admin:orders_order_changelist")
    return [
        _figure(_("Orders today"), count("today"), _beside(count), f"{orders}?day=today"),
        _figure(_("Sales today"), money("today"), _beside(money), f"{orders}?day=today"),
    ]


def _beside(of: Any) -> str:
    words = _("yesterday %(yesterday)s · same day last week %(week)s")
    return words % {"yesterday": of("yesterday"), "week": of("last week")}


def _kitchen(actor: Actor, restaurant: Restaurant, now: Any) -> list[dict[str, Any]]:
    late = now - timedelta(seconds=restaurant.late_seconds)
    rows = Ticket.objects.visible_to(actor).open().order_by()
    tickets = rows.aggregate(all=Count("pk"), late=Count("pk", filter=Q(fired_at__lte=late)))
    ready = Order.objects.visible_to(actor).filter(status=OrderStatus.READY).count()
    old = _("%(count)s older than %(minutes)s min") % {
        "count": tickets["late"],
        "minutes": restaurant.late_seconds // 60,
    }
    return [
        _figure(_("Open tickets"), tickets["all"], old, reverse("kitchen:board")),
        _figure(_("Ready to serve"), ready, _("orders on the pass"), reverse("floor:floor")),
    ]


def _room(actor: Actor) -> dict[str, Any]:
    tables = Table.objects.visible_to(actor).not_archived().filter(out_of_service=False).count()
    taken = Occupancy.objects.visible_to(actor).open().count()
    return _figure(_("Tables taken"), taken, _("of %(count)s") % {"count": tables}, reverse("floor:floor"))


def _backup(now: datetime) -> dict[str, Any]:
    """Return the age of the newest backup, without a query."""
    state = backup_state(now)
    age = _("%(time)s ago") % {"time": _minutes((now - state.at).total_seconds())} if state.at else state.word
    beside = _("every %(time)s") % {"time": _minutes(state.every)} if state.every else _("by other means")
    return _figure(
        _("Last backup"),
        age,
        _("late · %(words)s") % {"words": beside} if state.late else beside,
        reverse("admin:index"),
    )


def _minutes(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes >= 48 * 60:
        return _("%(count)s days") % {"count": minutes // (24 * 60)}
    return f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"


def _to_do(actor: Actor) -> list[dict[str, Any]]:
    """Return the tasks that wait for a manager."""
    items = (
        Item.objects.visible_to(actor)
        .not_archived()
        .aggregate(off=Count("pk", filter=Q(off_since__isnull=False)), out=Count("pk", filter=Q(portions_left=0)))
    )
    waiting = Device.objects.visible_to(actor).filter(token_hash=None, revoked_at=None).count()
    menu, devices = reverse("admin:menu_item_changelist"), reverse("admin:core_device_changelist")
    found = [
        (missing_steps(actor), _("steps of the set-up missing"), reverse("setup:overview")),
        (items["off"], _("off the menu (86)"), menu),
        (items["out"], _("sold out"), menu),
        (waiting, _("devices not enrolled yet"), devices),
    ]
    return [{"count": count, "text": text, "url": url} for count, text, url in found if count]


def _figure(title: str, value: Any, beside: str, url: str) -> dict[str, Any]:
    return {"title": title, "value": value, "beside": beside, "url": url}
