from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from bistro.core.models import Device, Restaurant
from bistro.core.querysets import TenantQuerySet
from kitchen.querysets import TicketQuerySet
from kitchen.transitions import OPEN_TICKETS, TicketStatus
from menu.models import Category, Item
from orders.models import Order, OrderLine
from orders.transitions import FIRED, LineStatus


class Station(models.Model):
    """A place in the kitchen. The catch-all one gets what no route names, so that nothing shows nowhere."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="stations")
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0, db_index=True)
    is_catch_all = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["position"])

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restaurant", "name"], condition=Q(archived_at=None), name="station_name_once"
            ),
            models.UniqueConstraint(
                fields=["restaurant"], condition=Q(is_catch_all=True), name="station_catch_all_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Route(models.Model):
    """Which station cooks what: an item's own route counts before its category's."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="routes")
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="routes")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, blank=True, related_name="routes")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, blank=True, related_name="routes")
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["station", "pk"]
        constraints = [
            models.CheckConstraint(
                name="route_category_or_item",
                condition=Q(category__isnull=False, item=None) | Q(category=None, item__isnull=False),
            ),
            models.UniqueConstraint(fields=["category"], name="route_category_once"),
            models.UniqueConstraint(fields=["item"], name="route_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.category or self.item} → {self.station}"


class Screen(models.Model):
    """Which stations a wall screen shows; none means all."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="screens")
    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="screen")
    stations = models.ManyToManyField(Station, blank=True, related_name="screens")
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.device)


class Ticket(models.Model):
    """One order's lines at one station. Its age counts from `fired_at`. A course that was held opens tickets of its own
    when it is fired; `fired_course` is 0 for what came with the order."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    status = models.CharField(max_length=9, choices=TicketStatus.choices, default=TicketStatus.QUEUED)
    fired_at = models.DateTimeField()
    fired_course = models.PositiveSmallIntegerField(default=0, db_default=0)
    seen_at = models.DateTimeField(null=True)
    seen_on = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)
    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["fired_at", "pk"]
        constraints = [
            models.CheckConstraint(name="ticket_status_known", condition=Q(status__in=TicketStatus.values)),
            models.UniqueConstraint(fields=["order", "station", "fired_course"], name="ticket_once_a_firing"),
        ]
        indexes = [
            models.Index(
                fields=["restaurant", "station", "fired_at"],
                name="ticket_open",
                condition=Q(status__in=OPEN_TICKETS),
            ),
            models.Index(fields=["restaurant", "-done_at"], name="ticket_done", condition=Q(status="done")),
        ]

    def __str__(self) -> str:
        return f"ticket {self.pk}"


class TicketLine(models.Model):
    """One line of an order on one ticket. The same line stands on several tickets when several stations make it."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="ticket_lines")
    status = models.CharField(max_length=9, choices=LineStatus.choices, default=LineStatus.QUEUED)
    changed = models.BooleanField(default=False, help_text="Edited after the kitchen had it.")
    done_at = models.DateTimeField(null=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["line__position", "pk"]
        constraints = [
            models.CheckConstraint(name="ticket_line_status_known", condition=Q(status__in=FIRED)),
            models.UniqueConstraint(fields=["ticket", "line"], name="ticket_line_once"),
        ]

    def __str__(self) -> str:
        return f"line {self.line_id} of ticket {self.ticket_id}"
