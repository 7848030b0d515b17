"""The second factor of a login: one-time codes of a phone, and recovery codes for the day when the phone is lost."""

from django.db import models

from bistro.core.models.people import Staff


class SecondFactor(models.Model):
    """The secret with which a person's phone makes six digits every 30 seconds (TOTP, RFC 6238).

    The secret is encrypted with the installation's key and never shown again. `last_step` is the time step of the last
    code that was used: a code works once, and none before it.
    """

    staff = models.OneToOneField(Staff, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.CharField(max_length=200, editable=False)
    last_step = models.PositiveBigIntegerField(default=0, editable=False)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"second factor of {self.staff}"


class RecoveryCode(models.Model):
    """A code on paper that takes the place of the phone once. Stored hashed."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code of {self.staff}"
