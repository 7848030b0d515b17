"""The deposit of a booking: what a provider collects for it, and the voucher that holds the money."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT, display, text
from bistro.core.models import Restaurant
from orders.billing.transitions import DepositState, Method, Trouble
from tables.bookings.models import Booking


class Deposit(models.Model):
    """The deposit of a booking. `voucher` holds its money from the payment on: its moves are the ledger.

    `key`, `provider_ref` and `pay_url` are of the charge under way or paid; `ask_at` is when the provider is asked
    next. `back_amount` goes back under `back_key`. One whose money differs, or that the provider refused to give
    back, waits for a person.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(**AMOUNT)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=9, choices=DepositState.choices, default=DepositState.WANTED)
    method = models.CharField(max_length=8, choices=Method.choices, blank=True)
    key = models.CharField(max_length=64, null=True, unique=True)
    provider_ref = models.CharField(max_length=120, blank=True)
    pay_url = models.CharField(max_length=1000, blank=True)
    ask_at = models.DateTimeField(null=True, help_text="Time to ask the provider again, blank for never.")
    asked = models.PositiveIntegerField(default=0, help_text="How often the provider was asked.")
    cancel_at = models.DateTimeField(null=True, help_text="Time from which it is cancelled at the provider.")
    trouble = models.CharField(max_length=8, blank=True, choices=Trouble.choices)
    voucher = models.OneToOneField(
        "billing.Voucher", on_delete=models.PROTECT, null=True, related_name="deposit", db_index=False
    )
    back_key = models.CharField(max_length=64, blank=True)
    back_ref = models.CharField(max_length=120, blank=True)
    back_amount = models.DecimalField(null=True, **AMOUNT)
    wanted_at = models.DateTimeField()
    settled_by = models.CharField(max_length=120, blank=True, help_text="Person who ended a trouble.")
    settled_note = models.CharField(max_length=200, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="deposit_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="deposit_state_known", condition=Q(status__in=DepositState.values)),
        ]
        indexes = [
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="deposit_to_ask"),
            models.Index(
                fields=["restaurant"],
                condition=Q(settled_by="") & (~Q(trouble="") | Q(status="failed")),
                name="deposit_needing",
            ),
        ]

    def __str__(self) -> str:
        return gettext("deposit of %(amount)s") % {"amount": text(self.amount, self.currency)}

    @property
    def balance(self) -> Decimal:
        """Return what the house still owes of it."""
        voucher = self.voucher
        return Decimal(0) if voucher is None else voucher.balance

    @property
    def shown(self) -> str:
        """Return the money that is in question, as people read it."""
        return display(self.balance or self.amount, self.currency, self.restaurant.locale)
