from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.money import AMOUNT, ZERO, Rounding, digits
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.models import Device, Restaurant, Staff
from menu.models import Item
from orders.querysets import LinesOnOrder, OrderQuerySet
from orders.transitions import OPEN, PICKUP_WORDS, LineStatus, OrderStatus
from tables.models import Party, Table


class Order(models.Model):
    """A submission (round) by a party. Only `orders.steps` changes the status.

    An order without a table (take-away, counter) has a party of its own. `name` is what staff call out at pick-up.
    `total` is the amount that the guest pays, `tax` the sum of `taxes`, and of the lines' taxes.
    The row keeps its idempotency key permanently, unique for the restaurant and the credential, with the fingerprint of
    the request's body.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="orders", db_index=False)
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="orders")
    table = models.ForeignKey(Table, on_delete=models.PROTECT, null=True, related_name="orders", db_index=False)
    kind = models.CharField(max_length=9, choices=OrderKind.choices, default=OrderKind.DINE_IN)
    name = models.CharField(max_length=80, blank=True, help_text="Name of the guest who picks the order up.")
    pickup_at = models.DateTimeField("pick-up", null=True, help_text="Time when the guest picks the order up.")
    business_date = models.DateField()
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=OrderStatus.choices, default=OrderStatus.PLACED)
    note = models.CharField(max_length=400, blank=True)
    total = models.DecimalField(default=ZERO, **AMOUNT)
    tax = models.DecimalField(default=ZERO, **AMOUNT)
    currency = models.CharField(max_length=3, help_text="Copied from the restaurant when the order was placed.")
    tax_mode = models.CharField(
        max_length=9,
        choices=Restaurant.TaxMode.choices,
        help_text="Copied from the restaurant when the lines were priced.",
    )
    rounding_level = models.CharField(max_length=8, choices=Restaurant.RoundingLevel.choices)
    rounding_mode = models.CharField(max_length=7, choices=Restaurant.RoundingMode.choices)
    taxes = models.JSONField(default=list, help_text='[{"name", "percent", "amount"}] of the order alone.')
    version = models.PositiveIntegerField(default=1)

    placed_by_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="orders")
    placed_by_device = models.ForeignKey(
        Device, on_delete=models.PROTECT, null=True, related_name="orders", db_index=False
    )
    placed_by = models.CharField(max_length=120, help_text="Name for people: Ana, Pad 3, …")
    credential = models.CharField(max_length=40)
    key = models.CharField(max_length=200, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    placed_at = models.DateTimeField()
    unseen_at = models.DateTimeField(
        _("alarm since"), null=True, help_text="Time of the alarm: the kitchen had not confirmed the order."
    )
    seen_on = models.CharField(
        _("first shown on"), max_length=80, null=True, help_text="Screen whose report confirmed the order."
    )
    confirmed_at = models.DateTimeField(null=True)
    preparing_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    fired_at = models.DateTimeField(null=True, help_text="Time when the newest held course was fired.")
    served_at = models.DateTimeField(
        null=True, help_text="Time when the newest course was served; more courses follow."
    )
    delivered_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(
        null=True, help_text="Time of withdrawal. A withdrawn order is hidden everywhere."
    )
    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]  # the order of commits; a clock that is put back must not move new orders down
        constraints = [
            models.CheckConstraint(name="order_status_known", condition=Q(status__in=OrderStatus.values)),
            models.CheckConstraint(name="order_kind_known", condition=Q(kind__in=OrderKind.values)),
            models.CheckConstraint(
                name="order_dine_in_has_table", condition=~Q(kind=OrderKind.DINE_IN) | Q(table__isnull=False)
            ),
            models.CheckConstraint(name="order_tax_mode_known", condition=Q(tax_mode__in=Restaurant.TaxMode.values)),
            models.CheckConstraint(
                name="order_rounding_known",
                condition=Q(
                    rounding_level__in=Restaurant.RoundingLevel.values,
                    rounding_mode__in=Restaurant.RoundingMode.values,
                ),
            ),
            models.CheckConstraint(name="order_total_not_negative", condition=Q(total__gte=0, tax__gte=0)),
            models.UniqueConstraint(fields=["restaurant", "business_date", "number"], name="order_number_once"),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="order_key_once"),
        ]
        indexes = [
            models.Index(fields=["restaurant", "placed_at"], name="order_open", condition=Q(status__in=OPEN)),
            models.Index(fields=["restaurant", "-id"], name="order_recent"),
            models.Index(fields=["restaurant", "placed_at"], name="order_since"),
            models.Index(fields=["table", "-id"], name="order_of_table"),
            # For the sweep over all restaurants, because SQLite cannot use `order_open` with statuses as parameters.
            models.Index(fields=["placed_at"], name="order_placed", condition=Q(status=OrderStatus.PLACED)),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def rounding(self) -> Rounding:
        """The rule by which the tax of this order is rounded."""
        return Rounding(digits(self.currency), self.rounding_level, self.rounding_mode)

    @property
    def table_name(self) -> str:
        """Return the name of the table, or "" for an order without a table."""
        return self.table.name if self.table is not None else ""

    @property
    def kind_word(self) -> str:
        """Return the kind in words, or "" for a dine-in order."""
        return "" if self.kind == OrderKind.DINE_IN else str(OrderKind(self.kind).label)

    @property
    def place(self) -> str:
        """Return the place where staff bring the order: the table's name, else the kind in words."""
        return self.table_name or self.kind_word

    @property
    def status_word(self) -> str:
        """Return the status in words. An order that guests pick up is ready for pick-up, then handed over."""
        picked_up = {} if self.kind == OrderKind.DINE_IN else PICKUP_WORDS
        return str(picked_up.get(OrderStatus(self.status)) or self.get_status_display())

    @property
    def is_kept(self) -> bool:
        """True if guests owe the order: neither cancelled nor withdrawn. `Order.objects.kept()` is the same in SQL."""
        return self.status != OrderStatus.CANCELLED and self.withdrawn_at is None


class OrderLine(models.Model):
    """A quantity of one item with its choices. `course` is the order of serving, from 1.

    Name, price and tax are copies, so that later prices do not change the bill. `unit_price` includes the
    modifiers; `total` = unit price × quantity.

    `modifiers` is a list of {"id": int, "name": str, "price": str such as "1.50", "stated": {code: level}}. `stated`
    has the dish's own statements about allergens when it was sold. `own_allergies` are codes that the line itself
    declares, `allergies` these and those of the guests who may eat it (`orders.allergies`).

    A line that leaves its order is marked (`removed_at`) and kept, because a refund needs it. `objects` and
    `order.lines` do not find it, `with_removed` does.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(**AMOUNT)
    total = models.DecimalField(**AMOUNT)
    tax = models.DecimalField(**AMOUNT)
    taxes = models.JSONField(default=list, help_text='[{"name", "percent", "amount"}], with its part of the amounts.')
    modifiers = models.JSONField(default=list, help_text='[{"id", "name", "price", "stated"}]')
    stated = models.JSONField(default=dict, help_text="{allergen: contains, may_contain or free_of}")
    own_allergies = models.JSONField(default=list)
    allergies = models.JSONField(default=list)
    prep_minutes = models.PositiveSmallIntegerField(default=0)
    list_price = models.DecimalField(
        null=True, help_text="Unit price of the menu, if another was typed. Blank for an open item.", **AMOUNT
    )
    price_reason = models.CharField(max_length=200, blank=True, help_text="Reason of a typed price.")
    approved_by = models.CharField(max_length=120, blank=True, help_text="Manager who approved a typed price.")
    note = models.CharField(max_length=200, blank=True)
    seat = models.PositiveSmallIntegerField(null=True)
    course = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=9, choices=LineStatus.choices, default=LineStatus.QUEUED)
    removed_at = models.DateTimeField(null=True, help_text="Time when the line left the order.")
    removed_by = models.CharField(max_length=120, blank=True, help_text="Name for people: Ana, Pad 3, …")
    objects = LinesOnOrder()
    with_removed = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="line_status_known", condition=Q(status__in=LineStatus.values)),
            models.CheckConstraint(name="line_quantity_positive", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="line_amounts_not_negative", condition=Q(unit_price__gte=0, total__gte=0, tax__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.name}"


class PlannedCourse(models.Model):
    """The plan of a held course to fire automatically at `fire_at`.

    A person makes the plan, or the system when the course before is served. Course 0 is a whole order that waits for
    its pick-up time. The row is deleted when the course is fired or removed.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="planned_courses", db_index=False)
    course = models.PositiveSmallIntegerField()
    fire_at = models.DateTimeField(db_index=True)
    planned_by = models.CharField(max_length=120, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["fire_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["order", "course"], name="planned_course_once")]

    def __str__(self) -> str:
        return f"course {self.course} of order {self.order_id}"


class Draft(models.Model):
    """The dishes that were chosen and not sent yet: one draft for each table, and one for each person without a table.

    `lines` are dictionaries as `orders.api.serializers.LineInput` describes them, with a `key` of the device that chose
    the dish and the name of the person, `by`. `details` are the other fields of the order. `gone` are the keys of the
    lines that were sent or removed lately, so that a device that was offline does not bring them back. Only
    `orders.services.drafting` and `orders.draft_steps` write drafts; only a person sends one.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+", db_index=False)
    table = models.ForeignKey(Table, on_delete=models.CASCADE, null=True, related_name="drafts", db_index=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, null=True, related_name="drafts", db_index=False)
    lines = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    gone = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=0)
    changed_by = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField(null=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="draft_table_or_person",
                condition=Q(table__isnull=False, staff=None) | Q(table=None, staff__isnull=False),
            ),
            models.UniqueConstraint(fields=["table"], name="draft_table_once"),
            models.UniqueConstraint(fields=["restaurant", "staff"], name="draft_person_once"),
        ]

    def __str__(self) -> str:
        return f"draft of {self.table or self.staff}"
