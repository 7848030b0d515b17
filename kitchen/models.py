from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Device, Restaurant
from kitchen.querysets import TicketQuerySet
from kitchen.transitions import OPEN_TICKETS, TicketStatus
from menu.models import Category, Item, Modifier
from orders.models import Order, OrderLine
from orders.transitions import FIRED, LineStatus

SMALLEST_TEXT, LARGEST_TEXT = 70, 200  # per cent of the normal text size


class Station(models.Model):
    """A place in the kitchen. The catch-all station gets every line without a route, so that no line is lost."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="stations")
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveIntegerField(_("position"), default=0, db_index=True)
    is_catch_all = models.BooleanField(
        _("takes dishes without a station"), default=False, help_text=_("Cooks every item that no other station cooks.")
    )
    cooks = models.PositiveSmallIntegerField(
        _("cooks"), default=1, db_default=1, validators=[MinValueValidator(1)], help_text=_("How many cooks work here.")
    )
    at_once = models.PositiveSmallIntegerField(
        _("dishes at once"),
        default=4,
        db_default=4,
        validators=[MinValueValidator(1)],
        help_text=_("How many dishes one cook makes at the same time. Used for quoted waiting times."),
    )
    soon_seconds = models.PositiveIntegerField(
        _("soon late after (seconds)"),
        null=True,
        blank=True,
        help_text=_("Seconds until a ticket is “soon late”. Blank = from the dishes’ times."),
    )
    late_seconds = models.PositiveIntegerField(
        _("late after (seconds)"),
        null=True,
        blank=True,
        help_text=_("Seconds until a ticket is “late”. Blank = from the dishes’ times."),
    )
    target_seconds = models.PositiveIntegerField(
        _("should take (seconds)"),
        null=True,
        blank=True,
        help_text=_("Seconds that a ticket should take here. Blank = the time until it is late."),
    )
    watched = models.BooleanField(
        _("warn when nobody sees a ticket"),
        default=True,
        db_default=True,
        help_text=_("Warn waiters when no screen or printer here has shown a ticket for twenty seconds."),
    )
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
    """The stations of an item or a category. An item's own routes precede its category's."""

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
            models.UniqueConstraint(fields=["station", "category"], name="route_station_category_once"),
            models.UniqueConstraint(fields=["station", "item"], name="route_station_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.category or self.item} → {self.station}"


class ModifierRoute(models.Model):
    """A choice that gives a station work of its own beside those that cook the dish, such as fries with a steak."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="modifier_routes")
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="modifier_routes")
    modifier = models.ForeignKey(Modifier, on_delete=models.CASCADE, related_name="routes")
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["station", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["station", "modifier"], name="modifier_route_once"),
        ]

    def __str__(self) -> str:
        return f"{self.modifier} → {self.station}"


class Screen(models.Model):
    """The stations of a wall screen (none: all) and its text size. An expediter's screen shows orders, not tickets."""

    class Layout(models.TextChoices):
        STATION = "station", _("Tickets of the chosen stations")
        COLUMNS = "columns", _("Three columns: queued, cooking, ready")
        EXPO = "expo", _("The pass: orders across all stations")

    class Density(models.TextChoices):
        ROOMY = "roomy", _("Roomy")
        NORMAL = "normal", _("Normal")
        DENSE = "dense", _("Compact")

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="screens")
    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="screen")
    stations = models.ManyToManyField(Station, blank=True, related_name="screens")
    layout = models.CharField(max_length=7, choices=Layout.choices, default=Layout.STATION, db_default="station")
    density = models.CharField(max_length=6, choices=Density.choices, default=Density.NORMAL, db_default="normal")
    text_percent = models.PositiveSmallIntegerField(
        default=100,
        db_default=100,
        validators=[MinValueValidator(SMALLEST_TEXT), MaxValueValidator(LARGEST_TEXT)],
        help_text=format_lazy(
            _("Text size in percent, {smallest} to {largest}."), smallest=SMALLEST_TEXT, largest=LARGEST_TEXT
        ),
    )
    light = models.BooleanField(default=False, db_default=False, help_text=_("Light theme, for a bright kitchen."))
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.device)


class Ticket(models.Model):
    """The lines of an order at one station. A held course gets tickets of its own when it is fired.

    `fired_course` is 0 for tickets that came with the order. The place in the row of tickets is permanent and does not
    depend on the clock: `place`, or the order's id where that is empty (`kitchen.querysets.IN_ORDER`). The age counts
    from `aged_from` where that is set: when the first line is due (courses that land together), or when a recall
    restarted the clock. `alert_at` is set while a cook must acknowledge a change; until then `voided` keeps the lines
    that are gone, a list of `{"line", "name", "quantity", …}`. `awaited_since` is set where the order's own alarm does
    not cover the ticket: it came later (a fired course, an edit), was pushed, or a screen has shown only other parts of
    the order. `unseen_at` is the start of its own alarm. `before_done` holds what an undo of the bump restores.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    status = models.CharField(max_length=9, choices=TicketStatus.choices, default=TicketStatus.QUEUED)
    fired_at = models.DateTimeField(_("fired at"))
    fired_course = models.PositiveSmallIntegerField(default=0, db_default=0)
    place = models.BigIntegerField(
        null=True, help_text="Id of the newest order when a later course was fired; its ticket comes after that order."
    )
    aged_from = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True, help_text="Time when a cook put the ticket on hold.")
    alert_at = models.DateTimeField(null=True, help_text="Time of the oldest unread change.")
    voided = models.JSONField(null=True, help_text='[{"line", "name", "quantity", "modifiers", "allergies"}]')
    before_done = models.JSONField(
        null=True, help_text='State before the last bump: {"status", "started_at", "held_at", "lines"}.'
    )
    seen_at = models.DateTimeField(_("first shown at"), null=True)
    seen_on = models.CharField(_("first shown on"), max_length=80, blank=True)
    awaited_since = models.DateTimeField(
        null=True, help_text="Time since when the ticket needs its own acknowledgement."
    )
    unseen_at = models.DateTimeField(
        _("alarm since"), null=True, help_text="Time of the alarm: no screen had shown the ticket."
    )
    started_at = models.DateTimeField(_("started at"), null=True)
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.CharField(max_length=120, blank=True)
    done_on = models.CharField(
        max_length=80, blank=True, default="", db_default="", help_text="Board on which the ticket was bumped."
    )
    recalled_at = models.DateTimeField(null=True)
    recalls = models.SmallIntegerField(default=0, db_default=0)
    version = models.PositiveIntegerField(default=1)
    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["order_id", "pk"]
        constraints = [
            models.CheckConstraint(name="ticket_status_known", condition=Q(status__in=TicketStatus.values)),
            models.UniqueConstraint(fields=["order", "station", "fired_course"], name="ticket_once_a_firing"),
        ]
        indexes = [
            models.Index(
                fields=["restaurant", "station", "order"],
                name="ticket_open",
                condition=Q(status__in=OPEN_TICKETS),
            ),
            models.Index(fields=["restaurant", "-done_at"], name="ticket_done", condition=Q(status="done")),
            models.Index(fields=["restaurant", "alert_at"], name="ticket_alert", condition=Q(alert_at__isnull=False)),
            # For the sweep over all restaurants; the index is usually empty.
            models.Index(
                fields=["awaited_since"],
                name="ticket_awaited",
                condition=Q(awaited_since__isnull=False, seen_at=None, status=TicketStatus.QUEUED),
            ),
        ]

    def __str__(self) -> str:
        return gettext("ticket %(number)s") % {"number": self.pk}


class TicketLine(models.Model):
    """The line of an order on a ticket. A line that several stations make is on several tickets."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="ticket_lines")
    status = models.CharField(max_length=9, choices=LineStatus.choices, default=LineStatus.QUEUED)
    changed = models.BooleanField(default=False, help_text="Changed after the kitchen received it.")
    added = models.BooleanField(
        default=False, db_default=False, help_text="Added after the kitchen received the ticket."
    )
    unrouted = models.BooleanField(default=False, db_default=False, help_text="No route matches the line.")
    start_at = models.DateTimeField(null=True, help_text="Time to start, so that the course finishes together.")
    plated_at = models.DateTimeField(null=True, help_text="Time when the dish was put on the pass.")
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
