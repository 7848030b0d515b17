"""Reads of the figures of the business day, beside yesterday's and those of the same day last week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import ZERO
from bistro.core.models import Device, OpeningHours, Restaurant
from bistro.core.ops.backups import BackupState, backup_state
from bistro.setup.checklist import missing_steps
from kitchen.models import Ticket
from menu.models import Item
from orders.floor.alarms import Alarm, alarms
from orders.models import Order
from orders.transitions import OrderStatus
from tables.bookings.models import BookingRules
from tables.models import Occupancy, Table

MOST_ALARMS = 10
DAYS = {"today": 0, "yesterday": 1, "last_week": 7}  # days before the business day


@dataclass(frozen=True, slots=True)
class Task:
    """A task that waits for a manager. `code` stays the same in every language, `text` follows the count."""

    code: str
    count: int
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The figures of a restaurant at a moment. `orders` and `sales` have the keys of `DAYS`, sales before comps."""

    day: date
    at: datetime
    orders: dict[str, int]
    sales: dict[str, Decimal]
    open_tickets: int
    late_tickets: int
    ready_orders: int
    tables: int
    tables_taken: int
    backup: BackupState
    alarms: tuple[Alarm, ...]
    tasks: tuple[Task, ...]


def day_figures(actor: Actor, restaurant: Restaurant, now: datetime) -> DayFigures:
    """Return the figures of the actor's restaurant. The number of queries does not depend on the history."""
    day = restaurant.business_date(now)
    orders, sales = _sold(actor, day)
    late = now - timedelta(seconds=restaurant.late_seconds)
    tickets = (
        Ticket.objects.visible_to(actor)
        .open()
        .order_by()
        .aggregate(all=Count("pk"), late=Count("pk", filter=Q(fired_at__lte=late)))
    )
    return DayFigures(
        day=day,
        at=now,
        orders=orders,
        sales=sales,
        open_tickets=tickets["all"],
        late_tickets=tickets["late"],
        ready_orders=Order.objects.visible_to(actor).filter(status=OrderStatus.READY).count(),
        tables=Table.objects.visible_to(actor).not_archived().filter(out_of_service=False).count(),
        tables_taken=Occupancy.objects.visible_to(actor).open().count(),
        backup=backup_state(now),
        alarms=alarms(actor, now)[:MOST_ALARMS],
        tasks=_tasks(actor),
    )


def _sold(actor: Actor, day: date) -> tuple[dict[str, int], dict[str, Decimal]]:
    """Return the number and the total of the orders of the days, in one query."""
    days = {name: day - timedelta(days=before) for name, before in DAYS.items()}
    made = Order.objects.visible_to(actor).kept().filter(business_date__in=days.values())
    rows = made.order_by().values_list("business_date").annotate(Count("pk"), Sum("total"))
    found = {of: (count, total) for of, count, total in rows}
    none = (0, ZERO)
    counts = {name: found.get(of, none)[0] for name, of in days.items()}
    return counts, {name: found.get(of, none)[1] for name, of in days.items()}


def _tasks(actor: Actor) -> tuple[Task, ...]:
    """Return the tasks that wait for a manager."""
    items = (
        Item.objects.visible_to(actor)
        .not_archived()
        .aggregate(off=Count("pk", filter=Q(off_since__isnull=False)), out=Count("pk", filter=Q(portions_left=0)))
    )
    waiting = Device.objects.visible_to(actor).filter(token_hash=None, revoked_at=None).count()
    unstated = OpeningHours.objects.visible_to(actor)
    closed = BookingRules.objects.visible_to(actor).exclude(online_token=None).exclude(Exists(unstated)).count()
    menu, devices = reverse("admin:menu_item_changelist"), reverse("admin:core_device_changelist")
    steps = _("steps of the set-up missing")
    found = (
        Task("set_up", missing_steps(actor), steps, reverse("setup:overview")),
        Task("opening_hours", closed, _("booking page without opening hours"), reverse("setup:hours")),
        Task("off_menu", items["off"], _("off the menu (86)"), menu),
        Task("sold_out", items["out"], _("sold out"), menu),
        Task("devices_waiting", waiting, _("devices not enrolled yet"), devices),
    )
    return tuple(task for task in found if task.count)
