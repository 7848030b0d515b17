"""Vouchers and the changes of their balances."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT
from bistro.core.models import Restaurant
from orders.billing.transitions import Method, VoucherMoveKind


class Voucher(models.Model):
    """A gift card. Its sale is no turnover and has no tax: the house owes its balance until guests spend it.

    `balance` is the sum of the moves. Only `orders.billing.services` change it, with a lock. `code` is
    the secret of the person who has it, without its hyphens. The row keeps the idempotency key of its sale.
    The deposit of a booking is one too: nobody gets its code, and a provider collected it.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    value = models.DecimalField(help_text="Amount that it was sold for.", **AMOUNT)
    balance = models.DecimalField(**AMOUNT)
    expires_on = models.DateField(null=True, help_text="Last business day on which it is taken; blank: never expires.")
    method = models.CharField(max_length=8, choices=Method.choices, help_text="How it was paid.")
    slip = models.CharField(max_length=40, blank=True, help_text="Number on the slip of the bank's terminal.")
    sold_at = models.DateTimeField()
    sold_by = models.CharField(max_length=120)
    voided_at = models.DateTimeField(null=True)
    credential = models.CharField(max_length=40)
    key = models.CharField(max_length=200, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="voucher_balance", condition=Q(value__gt=0, balance__gte=0, balance__lte=F("value"))
            ),
            models.CheckConstraint(name="voucher_void_is_empty", condition=Q(voided_at=None) | Q(balance=0)),
            models.CheckConstraint(
                name="voucher_method_known",
                condition=Q(method__in=[Method.CASH, Method.TERMINAL, Method.DUMMY, Method.STRIPE]),
            ),
            models.UniqueConstraint(fields=["restaurant", "code"], name="voucher_code_once"),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="voucher_key_once"),
        ]

    def __str__(self) -> str:
        return _("Voucher …%(tail)s") % {"tail": self.tail}

    @property
    def tail(self) -> str:
        """Return the end of the code, by which people tell vouchers apart."""
        return self.code[-4:]


class VoucherMove(models.Model):
    """A change of the balance of a voucher. `amount` is signed. Rows are never changed."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=9, choices=VoucherMoveKind.choices)
    amount = models.DecimalField(**AMOUNT)
    payment = models.OneToOneField("billing.Payment", on_delete=models.PROTECT, null=True, related_name="voucher_move")
    refund = models.OneToOneField("billing.Refund", on_delete=models.PROTECT, null=True, related_name="voucher_move")
    reason = models.CharField(max_length=200, blank=True)
    business_date = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="voucher_move_has_its_origin",
                condition=Q(
                    kind__in=[VoucherMoveKind.SOLD, VoucherMoveKind.DEPOSIT], payment=None, refund=None, amount__gt=0
                )
                | Q(kind=VoucherMoveKind.KEPT, payment=None, refund=None)
                | Q(kind=VoucherMoveKind.SPENT, payment__isnull=False, refund=None, amount__lt=0)
                | Q(kind=VoucherMoveKind.RETURNED, payment=None, refund__isnull=False, amount__gt=0)
                | Q(
                    kind__in=[VoucherMoveKind.PAID_BACK, VoucherMoveKind.LAPSED, VoucherMoveKind.GIVEN_BACK],
                    payment=None,
                    refund=None,
                    amount__lt=0,
                ),
            )
        ]
        indexes = [models.Index(fields=["restaurant", "business_date"], name="voucher_move_of_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
