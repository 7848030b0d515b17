from django.db import models
from django.db.models import Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models.restaurants import Restaurant


class DeviceQuerySet(TenantQuerySet):
    """Enrolled things."""

    def live(self) -> "DeviceQuerySet":
        """Those whose token still counts."""
        return self.filter(revoked_at=None)

    def unlocked(self) -> "DeviceQuerySet":
        """Those that may do more than report themselves."""
        return self.filter(locked_at=None)

    def locked_out(self) -> "DeviceQuerySet":
        """Those that somebody must look at: locked, and not put away."""
        return self.live().exclude(locked_at=None)


class Device(models.Model):
    """A thing with a token instead of a login. Where it hangs stands in `tables.Pad` or `kitchen.Screen`.

    Tokens are stored as SHA-256. After a rotation the old one works until the first use of the new.

    A pad says in its heartbeat which software it runs (a digest). The first one after an enrolment is the expected
    one; another, or its tamper switch, locks it until a manager has looked (docs/adr/0008-pads-are-sealed.md).
    """

    class Kind(models.TextChoices):
        PAD = "pad", "Table pad"
        KITCHEN = "kitchen", "Kitchen screen"
        INTEGRATION = "integration", "Integration"

    class LockReason(models.TextChoices):
        TAMPER = "tamper", "tampered with"
        DIGEST = "digest", "its software is not the expected one"

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="devices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)
    next_token_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False, help_text="Raised when its rights change.")
    firmware = models.CharField(max_length=40, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    expected_digest = models.CharField(max_length=128, null=True, editable=False)
    reported_digest = models.CharField(
        max_length=128, null=True, editable=False, help_text="What a locked one last said."
    )
    battery = models.PositiveSmallIntegerField(null=True, blank=True, editable=False, help_text="Percent.")
    locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    lock_reason = models.CharField(max_length=6, choices=LockReason.choices, null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ["restaurant", "kind", "name"]
        constraints = [
            models.CheckConstraint(name="device_kind_known", condition=Q(kind__in=["pad", "kitchen", "integration"])),
            models.UniqueConstraint(fields=["restaurant", "name"], name="device_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class EnrolmentCode(models.Model):
    """A code that turns a device into an enrolled one: single use, ten minutes, stored hashed."""

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
    """The other direction: a screen shows a code, and a manager who reads it says which device the screen is.

    Nobody's until then: `restaurant` and `device` come with the claim. Code and the browser's secret are stored hashed.
    What the secret collects is the device's token: the secret itself, so that a lost answer can be asked for again.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, null=True, related_name="pairings")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="pairings")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    address = models.CharField(max_length=80, editable=False, help_text="Where the browser is; few may wait at one.")
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
