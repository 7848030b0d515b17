"""Devices, and the codes that enrol or pair them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models.restaurants import Restaurant


class DeviceQuerySet(TenantQuerySet):
    """Reading vocabulary of devices."""

    def live(self) -> "DeviceQuerySet":
        """Return the devices that are not revoked."""
        return self.filter(revoked_at=None)

    def unlocked(self) -> "DeviceQuerySet":
        """Return the devices that may do more than send heartbeats."""
        return self.filter(locked_at=None)

    def locked_out(self) -> "DeviceQuerySet":
        """Return the locked devices that are not revoked and need the attention of staff."""
        return self.live().exclude(locked_at=None)


class Device(models.Model):
    """A thing with a token instead of a login. `tables.Pad` and `kitchen.Screen` hold its place.

    A tablet is shared by members of staff, who say by PIN who they are (ADR 0044).

    Tokens are stored as SHA-256. After a rotation the old one is valid until the first use of the new one.

    A pad reports a digest of its software in its heartbeat. The first digest after an enrolment becomes the expected
    one; another digest, or the tamper switch, locks the pad until a manager unlocks it (ADR 0008).
    """

    class Kind(models.TextChoices):
        PAD = "pad", gettext_lazy("Table pad")
        KITCHEN = "kitchen", gettext_lazy("Kitchen screen")
        TABLET = "tablet", gettext_lazy("Shared tablet")
        INTEGRATION = "integration", gettext_lazy("Integration")

    class LockReason(models.TextChoices):
        TAMPER = "tamper", gettext_lazy("tampered with")
        DIGEST = "digest", gettext_lazy("its software is not the expected one")

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="devices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)
    next_token_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(
        default=0, editable=False, help_text="Increases when the rights of the device change."
    )
    firmware = models.CharField(max_length=40, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    expected_digest = models.CharField(max_length=128, null=True, editable=False)
    reported_digest = models.CharField(
        max_length=128, null=True, editable=False, help_text="The last digest that a locked device reported."
    )
    battery = models.PositiveSmallIntegerField(null=True, blank=True, editable=False, help_text=_("Percent."))
    locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    lock_reason = models.CharField(max_length=6, choices=LockReason.choices, null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ["restaurant", "kind", "name"]
        constraints = [
            models.CheckConstraint(
                name="device_kind_known", condition=Q(kind__in=["pad", "kitchen", "tablet", "integration"])
            ),
            models.UniqueConstraint(fields=["restaurant", "name"], name="device_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class EnrolmentCode(models.Model):
    """A one-time code that enrols a device. Valid for ten minutes, stored hashed."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="enrolment_codes")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="enrolment_codes")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"code for {self.device_id}"


class Pairing(models.Model):
    """A code that a screen shows and a manager claims for a device.

    `restaurant` and `device` are empty until the claim. Code and the browser's secret are stored hashed. The secret
    becomes the device's token, so that the browser can collect it again after a lost response.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, null=True, related_name="pairings")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="pairings")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    address = models.CharField(
        max_length=80,
        editable=False,
        help_text="IP address of the browser; the number of open codes per address is limited.",
    )
    expires_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    collected_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pairing_claimed_whole",
                condition=Q(restaurant=None, device=None, claimed_at=None)
                | Q(restaurant__isnull=False, device__isnull=False, claimed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"pairing {self.pk}"
