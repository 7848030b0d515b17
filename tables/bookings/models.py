import secrets

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.no_overlap import NoOverlap
from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.money import AMOUNT
from bistro.core.models import Restaurant
from tables.bookings.querysets import BookingQuerySet, HoldQuerySet, TurnQuerySet
from tables.bookings.times import DELAYS
from tables.bookings.transitions import EXPECTED, BookingStatus, Source
from tables.models import Party, Table

SITE = RegexValidator(
    r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?\Z", _("Write the start of its address, such as https://www.example.com")
)


def new_token() -> str:
    """Return a token for an address that cannot be guessed."""
    return secrets.token_urlsafe(24)


class BookingRules(models.Model):
    """The rules by which a restaurant takes bookings. A restaurant without a row has the defaults.

    Slots are the times that guests can choose. Pacing limits the guests who arrive in a slot; blank is no limit.
    `online_token` is the secret of the link on which guests book, `calendar_token` that of the calendar of the house;
    without one there is no such page.
    """

    restaurant = models.OneToOneField(Restaurant, on_delete=models.CASCADE, related_name="booking_rules")
    slot_minutes = models.PositiveSmallIntegerField(
        default=15, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    pacing_total = models.PositiveSmallIntegerField(
        _("guests per slot"), null=True, blank=True, help_text=_("Most guests who arrive in a slot. Blank = no limit.")
    )
    pacing_online = models.PositiveSmallIntegerField(
        _("online guests per slot"),
        null=True,
        blank=True,
        help_text=_("Most guests in a slot who booked online. Blank = no limit."),
    )
    walk_in_percent = models.PositiveSmallIntegerField(
        _("tables kept for walk-ins (%)"), default=0, validators=[MaxValueValidator(100)]
    )
    last_arrival_minutes = models.PositiveSmallIntegerField(
        _("last arrival before closing (minutes)"), default=30, validators=[MaxValueValidator(600)]
    )
    late_minutes = models.PositiveSmallIntegerField(
        _("late after (minutes)"), default=15, validators=[MaxValueValidator(240)]
    )
    no_show_minutes = models.PositiveSmallIntegerField(
        _("no-show after (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
        help_text=_("Then the table is free again and a deposit is kept. Blank = hosts note no-shows themselves."),
    )
    learned_turns = models.BooleanField(
        _("use the learned times"),
        default=False,
        help_text=_("Bookings end as guests of this house usually leave. Without enough stays the typed times count."),
    )
    online_token = models.CharField(max_length=64, null=True, unique=True, editable=False)
    calendar_token = models.CharField(max_length=64, null=True, unique=True, editable=False)
    online_largest = models.PositiveSmallIntegerField(
        _("largest party online"), default=8, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    online_lead_minutes = models.PositiveIntegerField(
        _("latest booking online before arrival (minutes)"), default=60, validators=[MaxValueValidator(43200)]
    )
    online_days = models.PositiveSmallIntegerField(
        _("days ahead online"), default=60, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    embed_site = models.CharField(
        _("web site that may show the page"),
        max_length=200,
        blank=True,
        validators=[SITE],
        help_text=_("Your own site, which may show the booking page in a frame: https://www.example.com"),
    )
    tell_booked = models.BooleanField(_("when they have booked"), default=True)
    tell_changed = models.BooleanField(_("when time or number of guests change"), default=True)
    tell_cancelled = models.BooleanField(_("when the booking is cancelled"), default=True)
    tell_ready = models.BooleanField(_("when their table is ready (waiting list)"), default=True)
    reminder_hours = models.PositiveSmallIntegerField(
        _("reminder before arrival (hours)"),
        default=24,
        validators=[MaxValueValidator(168)],
        help_text=_("0 = no reminder."),
    )
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("booking rules")
        constraints = [
            models.CheckConstraint(name="booking_slot_minutes", condition=Q(slot_minutes__range=(5, 240))),
            models.CheckConstraint(name="booking_walk_in_percent", condition=Q(walk_in_percent__lte=100)),
            models.CheckConstraint(name="booking_reminder_hours", condition=Q(reminder_hours__lte=168)),
        ]

    def __str__(self) -> str:
        return str(_("Booking rules"))


class TurnTime(models.Model):
    """The minutes that parties up to a size usually stay.

    Managers type rows without a part of the day. Rows with one were learned from so many `stays` of that group of
    sizes (`tables.phases`; 0 is the largest group), and count only while `BookingRules.learned_turns` is set.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="turn_times", db_index=False)
    largest = models.PositiveSmallIntegerField(_("guests, at most"), validators=[MinValueValidator(1)])
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(15), MaxValueValidator(720)])
    daypart = models.CharField(_("part of the day"), max_length=9, blank=True, editable=False)
    stays = models.PositiveSmallIntegerField(default=0, editable=False)
    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ["largest"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "largest", "daypart"], name="turn_time_once"),
            models.CheckConstraint(name="turn_time_minutes", condition=Q(minutes__range=(15, 720))),
        ]

    def __str__(self) -> str:
        return f"{self.largest}: {self.minutes}"


class TurnLearning(models.Model):
    """The last time at which usual stays were learned, so that one process of the installation does it once a day."""

    restaurant = models.OneToOneField(Restaurant, on_delete=models.CASCADE, primary_key=True, related_name="+")
    learned_at = models.DateTimeField()
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"learned {self.learned_at}"


class Combination(models.Model):
    """Tables that are pushed together for larger parties. `seats` may be fewer than those of its tables."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="combinations")
    name = models.CharField(max_length=60)
    seats = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    priority = models.PositiveSmallIntegerField(default=0, help_text=_("Lower ones are used first."))
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "seats", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "name"], name="combination_name_once"),
            models.CheckConstraint(name="combination_has_seats", condition=Q(seats__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class CombinationTable(models.Model):
    """A member of a combination. It stays bookable alone."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+", db_index=False)
    combination = models.ForeignKey(Combination, on_delete=models.CASCADE, related_name="members", db_index=False)
    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="combinations")
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["combination", "table"], name="combination_table_once")]

    def __str__(self) -> str:
        return f"{self.table} in {self.combination}"


class Booking(models.Model):
    """A table promised to guests for a time. Its holds name the tables. Status changes only through bookings.steps.

    The row keeps the idempotency key of the request that made it, as an order does.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="bookings", db_index=False)
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    guest_name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=12, blank=True, help_text="Blank is the restaurant's.")
    size = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    delay_minutes = models.PositiveSmallIntegerField(default=0, help_text="As the guests said, 0 = in time.")
    status = models.CharField(max_length=9, choices=BookingStatus.choices, default=BookingStatus.BOOKED)
    source = models.CharField(max_length=7, choices=Source.choices, default=Source.PHONE)
    notes = models.TextField(blank=True)
    occasion = models.CharField(max_length=60, blank=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="bookings", db_index=False)
    token = models.CharField(max_length=64, default=new_token, unique=True, editable=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expected_again = models.BooleanField(default=False, help_text="Somebody undid a no-show; the clock notes none.")
    reminded_at = models.DateTimeField(null=True)
    deposit = models.DecimalField(null=True, help_text="Deposit that it needs, blank for none.", **AMOUNT)
    deposit_until = models.DateTimeField(null=True, help_text="Unpaid then, the booking is cancelled.")
    deposit_paid_at = models.DateTimeField(null=True)
    deposit_refundable_until = models.DateTimeField(null=True)
    credential = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=200, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)
    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(name="booking_status_known", condition=Q(status__in=BookingStatus.values)),
            models.CheckConstraint(name="booking_source_known", condition=Q(source__in=Source.values)),
            models.CheckConstraint(name="booking_has_guests", condition=Q(size__gte=1)),
            models.CheckConstraint(name="booking_ends_later", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="booking_delay_known", condition=Q(delay_minutes__lte=max(DELAYS))),
            models.UniqueConstraint(
                fields=["restaurant", "credential", "key"], condition=Q(key__isnull=False), name="booking_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["restaurant", "starts_at"], name="booking_day"),
            models.Index(fields=["party"], condition=Q(party__isnull=False), name="booking_party"),
            models.Index(fields=["starts_at"], condition=Q(status__in=["booked", "confirmed"]), name="booking_due"),
            models.Index(
                fields=["starts_at"],
                condition=Q(status__in=["booked", "confirmed"], reminded_at=None),
                name="booking_not_reminded",
            ),
            models.Index(
                fields=["deposit_until"],
                condition=Q(deposit_until__isnull=False, deposit_paid_at=None)
                & Q(status__in=["requested", "booked", "confirmed", "late"]),
                name="booking_unpaid",
            ),
        ]

    def __str__(self) -> str:
        return f"booking {self.pk}"

    @property
    def waits_for_deposit(self) -> bool:
        """True while the table is kept for guests who have not paid their deposit."""
        return self.deposit is not None and self.deposit_paid_at is None and self.status in EXPECTED


class OnlineHold(models.Model):
    """A time that a guest chose on the booking page, kept until `until` while the guest types.

    `key` is the page's own; the next choice of the same page replaces the row. It counts for the pace of arrivals.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    size = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "key"], name="online_hold_once"),
            models.CheckConstraint(name="online_hold_has_guests", condition=Q(size__gte=1)),
        ]

    def __str__(self) -> str:
        return f"online hold {self.pk}"


class TableHold(models.Model):
    """A table that a booking or the guests who sit there hold, from `starts_at` until just before `ends_at`.

    A booking of several tables has a row for each. `live` rows keep others from the table; the constraint makes a
    double booking impossible. Other rows are kept to say where the guests of an ended booking were to sit.
    `online` is set while a guest types on the booking page.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+", db_index=False)
    table = models.ForeignKey(Table, on_delete=models.PROTECT, related_name="holds", db_index=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="holds")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, null=True, related_name="holds", db_index=False)
    online = models.ForeignKey(OnlineHold, on_delete=models.CASCADE, null=True, related_name="holds", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    live = models.BooleanField(default=True)
    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            NoOverlap(name="table_hold_once", of="table", starts="starts_at", ends="ends_at", live="live"),
            models.CheckConstraint(name="table_hold_ends_later", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="table_hold_of_somebody",
                condition=Q(booking__isnull=False) | Q(party__isnull=False) | Q(online__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["restaurant", "starts_at"], condition=Q(live=True), name="table_hold_live"),
            models.Index(fields=["table", "starts_at"], condition=Q(live=True), name="table_hold_table"),
            models.Index(fields=["party"], condition=Q(party__isnull=False), name="table_hold_party"),
            models.Index(fields=["online"], condition=Q(online__isnull=False), name="table_hold_online"),
        ]

    def __str__(self) -> str:
        return f"{self.table} from {self.starts_at:%H:%M}"


from tables.bookings.deposit_models import DepositRule  # noqa: E402

__all__ = [
    "Booking",
    "BookingRules",
    "Combination",
    "CombinationTable",
    "DepositRule",
    "OnlineHold",
    "TableHold",
    "TurnLearning",
    "TurnTime",
    "new_token",
]
