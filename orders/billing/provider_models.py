"""Rows about providers: attempts to collect a payment, messages of providers, and what the bank of the dummy knows."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT
from bistro.core.models import Restaurant
from orders.billing.transitions import PaymentState


class PaymentAttempt(models.Model):
    """An attempt to collect a payment at a provider. Its `key` is stored before the call and makes the call repeatable.

    `answer` is the last thing that the provider said, in our words and without data of cards. `pay_url` is the
    provider's page for the guest, "" without one.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    payment = models.ForeignKey("billing.Payment", on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=64, unique=True)
    provider_ref = models.CharField(max_length=120, blank=True)
    pay_url = models.CharField(max_length=1000, blank=True)
    return_url = models.CharField(max_length=500, blank=True, help_text="Our page for the guest after paying.")
    answer = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["payment", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"attempt {self.number} of payment {self.payment_id}"


class ProviderEvent(models.Model):
    """A message of a provider that something changed. It only makes us ask; each id counts once."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    provider = models.CharField(max_length=8)
    event_id = models.CharField(max_length=120)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, null=True, related_name="events")
    received_at = models.DateTimeField()
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class DummyCharge(models.Model):
    """A charge as the bank of the dummy provider knows it. Only `orders.billing.providers.dummy` reads it."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=PaymentState.choices)
    amount = models.DecimalField(**AMOUNT)
    currency = models.CharField(max_length=3)
    account = models.CharField(max_length=64)
    bill = models.CharField(max_length=64)
    declines_left = models.PositiveSmallIntegerField(default=0)
    waits_left = models.PositiveSmallIntegerField(default=0)
    captured = models.DecimalField(null=True, help_text="Part of what was held that was collected.", **AMOUNT)
    capture_before = models.DateTimeField(null=True, help_text="End of a hold, blank for a usual charge.")
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="dummy_state_known", condition=Q(state__in=PaymentState.values))]

    def __str__(self) -> str:
        return f"dummy {self.key}"

    @property
    def collected(self) -> Decimal:
        """Return what was collected, or would be."""
        amount: Decimal = self.amount if self.captured is None else self.captured
        return amount


class DummyRefund(models.Model):
    """A refund as the bank of the dummy provider knows it."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    charge = models.ForeignKey(DummyCharge, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=64, unique=True)
    amount = models.DecimalField(**AMOUNT)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"dummy refund {self.key}"
