"""House accounts: companies and regular guests who eat now and pay later."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT, ZERO
from bistro.core.kernel.names import NameKeyField
from bistro.core.models import Restaurant
from orders.billing.transitions import AccountMoveKind, Method


class HouseAccount(models.Model):
    """An account of the house. Bills are paid on it, and later it is settled in cash or by card.

    `balance` is what the account owes: the sum of its moves, negative for a credit. Only `orders.billing.services`
    change it, with a lock.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    name_key = NameKeyField()
    currency = models.CharField(max_length=3)
    limit = models.DecimalField(help_text="Most that it may owe.", **AMOUNT)
    balance = models.DecimalField(default=ZERO, **AMOUNT)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(name="account_limit_positive", condition=Q(limit__gt=0)),
            models.CheckConstraint(name="account_closed_is_settled", condition=Q(closed_at=None) | Q(balance__lte=0)),
            models.UniqueConstraint(
                fields=["restaurant", "name_key"], condition=Q(closed_at=None), name="account_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AccountMove(models.Model):
    """A change of what an account owes. `amount` is signed. Rows are never changed.

    A settlement keeps its method, and the idempotency key of its request. The money of a settlement is its amount with
    the `rounding`, which the smallest coin adds to cash or takes off it.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(HouseAccount, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=8, choices=AccountMoveKind.choices)
    amount = models.DecimalField(**AMOUNT)
    rounding = models.DecimalField(default=ZERO, help_text="What the smallest coin adds or takes off.", **AMOUNT)
    payment = models.OneToOneField("billing.Payment", on_delete=models.PROTECT, null=True, related_name="account_move")
    refund = models.OneToOneField("billing.Refund", on_delete=models.PROTECT, null=True, related_name="account_move")
    method = models.CharField(max_length=8, choices=Method.choices, blank=True)
    slip = models.CharField(max_length=40, blank=True)
    business_date = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    credential = models.CharField(max_length=40)
    key = models.CharField(max_length=200, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="account_move_has_its_origin",
                condition=Q(kind=AccountMoveKind.CHARGED, payment__isnull=False, refund=None, method="", amount__gt=0)
                | Q(kind=AccountMoveKind.RETURNED, payment=None, refund__isnull=False, method="", amount__lt=0)
                | Q(
                    kind=AccountMoveKind.SETTLED,
                    payment=None,
                    refund=None,
                    method__in=[Method.CASH, Method.TERMINAL],
                    amount__lt=0,
                ),
            ),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="account_move_key_once"),
        ]
        indexes = [models.Index(fields=["restaurant", "business_date"], name="account_move_of_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @property
    def money(self) -> Decimal:
        """Return what was paid for a settlement, in coins that there are."""
        money: Decimal = self.rounding - self.amount
        return money
