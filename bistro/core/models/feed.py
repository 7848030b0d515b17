"""The event log, its counters and its epoch."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models.restaurants import Restaurant


class FeedHead(models.Model):
    """The last sequence number of a restaurant's event log.

    The number has a table of its own, because foreign keys refer to the restaurant's row and would wait on this lock.
    """

    restaurant = models.OneToOneField(Restaurant, on_delete=models.CASCADE, primary_key=True, related_name="feed")
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.restaurant_id} at {self.seq}"


class DayNumber(models.Model):
    """The last order number of a restaurant's business day."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="day_numbers")
    business_date = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["restaurant", "business_date"], name="day_number_once")]

    def __str__(self) -> str:
        return f"{self.business_date}: {self.last}"


def new_epoch() -> str:
    """Return a random name for one unbroken history of the log."""
    return secrets.token_hex(8)


class FeedEpoch(models.Model):
    """The epoch of the log, in the only row of the installation.

    The restore command changes it, so that every screen takes a new snapshot.
    """

    value = models.CharField(max_length=32, default=new_epoch)

    def __str__(self) -> str:
        return self.value


class Event(models.Model):
    """A row of the event log: live feed, audit trail and outbox in one (ADR 0001). Append-only.

    `data` is JSON text, serialised once and sent unchanged; `private` holds what may have to be erased.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.BigIntegerField()
    type = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    table_id = models.BigIntegerField(_("number of the table"), null=True)
    actor = models.CharField(max_length=40, help_text="Actor as kind:id.")
    actor_label = models.CharField(max_length=120, blank=True)
    device_id = models.BigIntegerField(_("number of the device"), null=True)
    data = models.TextField()
    private = models.TextField(null=True)
    at = models.DateTimeField()
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["restaurant", "seq"]
        constraints = [models.UniqueConstraint(fields=["restaurant", "seq"], name="event_seq_once")]

    def __str__(self) -> str:
        return f"#{self.seq} {self.type} {self.action}"


class Seal(models.Model):
    """A link of the hash chain over a restaurant's events `first` to `last` (ADR 0037). Append-only.

    The digests lie one after the other, 32 bytes for each event. `chain` covers them and the chain before.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="seals", db_index=False)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    digests = models.BinaryField()
    private_digests = models.BinaryField()
    chain = models.CharField(max_length=64)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["restaurant", "first"]
        constraints = [models.UniqueConstraint(fields=["restaurant", "first"], name="seal_first_once")]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class SealHead(models.Model):
    """The end of a restaurant's hash chain. A conditional UPDATE of it decides which process seals."""

    restaurant = models.OneToOneField(Restaurant, on_delete=models.CASCADE, primary_key=True, related_name="seal_head")
    seq = models.BigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.restaurant_id} sealed to {self.seq}"
