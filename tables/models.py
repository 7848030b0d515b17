from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.names import NameKeyField
from bistro.core.models import Device, Restaurant, Staff
from tables.guests.models import Guest
from tables.querysets import OccupancyQuerySet, PartyQuerySet
from tables.transitions import PartyStatus


class Section(models.Model):
    """A part of the room, e.g. Terrace."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0, db_index=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["restaurant", "name"], name="section_name_once")]

    def __str__(self) -> str:
        return self.name


class Floor(models.Model):
    """A floor of the house with its walls and other fixtures. Tables are placed in its units, not in pixels.

    `fixtures` has what `tables.floor_plans.Fixture` describes.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="floors", db_index=False)
    uid = models.UUIDField(default=uuid7, unique=True)
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)
    width = models.PositiveSmallIntegerField(default=1000, validators=[MinValueValidator(200)])
    height = models.PositiveSmallIntegerField(default=700, validators=[MinValueValidator(200)])
    fixtures = models.JSONField(default=list, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["restaurant", "name"], name="floor_name_once")]

    def __str__(self) -> str:
        return self.name


class Layout(models.Model):
    """An arrangement of the tables, e.g. for lunch or for summer. A house without layouts has one arrangement.

    The places of the layout in use are those of the tables. `places` keeps those of the others, as
    {table's uid: [floor's uid, x, y, rotation]}; a table without an entry lies in the tray.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="layouts", db_index=False)
    uid = models.UUIDField(default=uuid7, unique=True)
    name = models.CharField(max_length=60)
    in_use = models.BooleanField(default=False)
    places = models.JSONField(default=dict, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "name"], name="layout_name_once"),
            models.UniqueConstraint(fields=["restaurant"], condition=Q(in_use=True), name="layout_in_use_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Table(models.Model):
    """A table and its place on a floor, rotation in degrees clockwise. A table without a floor has no place yet."""

    class Shape(models.TextChoices):
        ROUND = "round", _("Round")
        SQUARE = "square", _("Square")
        RECTANGLE = "rectangle", _("Rectangle")

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="tables")
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="tables")
    name = models.CharField(max_length=60)
    name_key = NameKeyField()
    seats = models.PositiveSmallIntegerField(default=4, validators=[MinValueValidator(1)])
    shape = models.CharField(max_length=9, choices=Shape.choices, default=Shape.SQUARE)
    floor = models.ForeignKey(Floor, on_delete=models.PROTECT, null=True, blank=True, related_name="tables")
    x = models.PositiveSmallIntegerField(default=0)
    y = models.PositiveSmallIntegerField(default=0)
    width = models.PositiveSmallIntegerField(default=80, validators=[MinValueValidator(20)])
    height = models.PositiveSmallIntegerField(default=80, validators=[MinValueValidator(20)])
    rotation = models.SmallIntegerField(default=0)
    out_of_service = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0, db_index=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["version", "position"])

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restaurant", "name_key"], condition=Q(archived_at=None), name="table_name_once"
            ),
            models.CheckConstraint(name="table_has_seats", condition=Q(seats__gte=1)),
            models.CheckConstraint(name="table_shape_known", condition=Q(shape__in=["round", "square", "rectangle"])),
        ]

    def __str__(self) -> str:
        return self.name


class Party(models.Model):
    """A group of guests. A host or the first order at a free table seats a party; a waiter's Clear completes it.

    `table` is the head table, where new orders go by default, also after the party has left. `Occupancy` has every
    table that the party holds. `server` is the waiter who looks after the guests.
    Without a table it is the guest of one take-away or counter order, whose end completes it.
    A party that joined another one is completed, and `joined_to` has its orders. `seat_shift` was added to its seats.
    `guest` is the profile of the person who came, if the restaurant knows one; `name` and `notes` are of this visit.
    The phases of the stay are the times from `seated_at` to `completed_at`; `tables.phases` reads them.
    The row keeps the idempotency key of the request that seated it, as an order does.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="parties")
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    table = models.ForeignKey(Table, on_delete=models.PROTECT, null=True, related_name="parties")
    size = models.PositiveSmallIntegerField(null=True, blank=True)
    server = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="parties", db_index=False)
    status = models.CharField(max_length=9, choices=PartyStatus.choices, default=PartyStatus.SEATED)
    seated_at = models.DateTimeField(null=True)
    first_order_at = models.DateTimeField(null=True)
    first_dish_at = models.DateTimeField(null=True)
    last_dish_at = models.DateTimeField(null=True)
    bill_asked_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="parties", db_index=False)
    name = models.CharField(max_length=120, blank=True)
    notes = models.CharField(max_length=500, blank=True)
    allergies = models.JSONField(
        default=dict, blank=True, help_text="{seat, or blank for the whole party: codes of allergens}"
    )
    joined_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="joined", db_index=False)
    seat_shift = models.PositiveSmallIntegerField(default=0)
    credential = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=200, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)
    objects = PartyQuerySet.as_manager()
    seats_held: int  # of parties that are read `with_seats`

    class Meta:
        verbose_name_plural = _("parties")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="party_status_known", condition=Q(status__in=PartyStatus.values)),
            models.UniqueConstraint(
                fields=["restaurant", "credential", "key"], condition=Q(key__isnull=False), name="party_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["joined_to"], condition=Q(joined_to__isnull=False), name="party_joined"),
            models.Index(fields=["restaurant", "table"], condition=Q(status="seated"), name="party_seated"),
            models.Index(fields=["guest"], condition=Q(guest__isnull=False), name="party_guest"),
            models.Index(fields=["restaurant", "completed_at"], name="party_completed"),
        ]

    def __str__(self) -> str:
        return gettext("party %(number)s") % {"number": self.pk}


class Occupancy(models.Model):
    """The stay of a party at one table, from `since` until `until`, which is null while the party is there.

    A party that holds several tables has an open row for each of them. The constraint refuses a second party at a
    table.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="occupancies", db_index=False)
    table = models.ForeignKey(Table, on_delete=models.PROTECT, related_name="occupancies", db_index=False)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="occupancies")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("occupancies")
        ordering = ["pk"]  # the head table and then the joined ones, as they were taken
        constraints = [
            models.UniqueConstraint(fields=["table"], condition=Q(until=None), name="occupancy_open_once"),
        ]
        indexes = [
            models.Index(fields=["restaurant", "table"], condition=Q(until=None), name="occupancy_open"),
        ]

    def __str__(self) -> str:
        return f"{self.party} at {self.table}"


class TableOffer(models.Model):
    """A free table that is kept for a waiting party until `until`. A table is offered once at a time."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+")
    table = models.OneToOneField(Table, on_delete=models.CASCADE, related_name="offer")
    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="offer")
    until = models.DateTimeField(db_index=True)
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.table} for {self.party}"


class Pad(models.Model):
    """The place of a pad device on a table."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="pads")
    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="pad")
    table = models.ForeignKey(Table, on_delete=models.PROTECT, related_name="pads")
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.device} on {self.table}"


from tables.call_models import ServiceCall  # noqa: E402  (refers to the models above)

__all__ = ["ServiceCall"]
