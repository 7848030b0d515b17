from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.names import NameKeyField
from bistro.core.models import Device, Restaurant, Staff
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


class Table(models.Model):
    """A table and its place. Coordinates are in a room of 1000 × 700, rotation in degrees clockwise."""

    class Shape(models.TextChoices):
        ROUND = "round", "Round"
        SQUARE = "square", "Square"
        RECTANGLE = "rectangle", "Rectangle"

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="tables")
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="tables")
    name = models.CharField(max_length=60)
    name_key = NameKeyField()
    seats = models.PositiveSmallIntegerField(default=4, validators=[MinValueValidator(1)])
    shape = models.CharField(max_length=9, choices=Shape.choices, default=Shape.SQUARE)
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
    The row keeps the idempotency key of the request that seated it, as an order does.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="parties")
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    table = models.ForeignKey(Table, on_delete=models.PROTECT, null=True, related_name="parties")
    size = models.PositiveSmallIntegerField(null=True, blank=True)
    server = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="parties", db_index=False)
    status = models.CharField(max_length=9, choices=PartyStatus.choices, default=PartyStatus.SEATED)
    seated_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
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
        verbose_name_plural = "parties"
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
        ]

    def __str__(self) -> str:
        return f"party {self.pk}"


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
        verbose_name_plural = "occupancies"
        ordering = ["pk"]  # the head table and then the joined ones, as they were taken
        constraints = [
            models.UniqueConstraint(fields=["table"], condition=Q(until=None), name="occupancy_open_once"),
        ]
        indexes = [
            models.Index(fields=["restaurant", "table"], condition=Q(until=None), name="occupancy_open"),
        ]

    def __str__(self) -> str:
        return f"{self.party} at {self.table}"


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
