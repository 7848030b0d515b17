from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT, ZERO
from bistro.core.models import Restaurant, Staff
from orders.billing.transitions import (
    ARRIVED,
    RESERVING,
    AdjustmentKind,
    Method,
    PaymentState,
    RefundKind,
    RefundState,
    ShareKind,
    TipTo,
    Trouble,
)
from orders.models import OrderLine
from tables.models import Party


class Bill(models.Model):
    """The bill of a party, beyond its orders. The amounts are computed (`orders.billing.amounts`).

    The row is made by the first thing that happens to the bill, and its lock orders all of them. A party that joined
    another one keeps its row; both rows are then one bill.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="bill")
    version = models.PositiveIntegerField(default=0)
    presented_at = models.DateTimeField(null=True, help_text="Time when the guests saw the bill last.")
    presented_total = models.DecimalField(null=True, help_text="Total that the guests saw.", **AMOUNT)
    written_off = models.DecimalField(default=ZERO, help_text="Amount that nobody will pay.", **AMOUNT)
    written_off_reason = models.CharField(max_length=200, blank=True)
    written_off_by = models.CharField(max_length=120, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="bill_written_off_not_negative", condition=Q(written_off__gte=0))]

    def __str__(self) -> str:
        return f"bill of party {self.party_id}"


class Adjustment(models.Model):
    """A comp or a discount on a line, or on the whole bill. Exactly one of `amount` and `percent` is set.

    One of kind `service` takes the service charge off the bill, or a part of it, and leaves the dishes as they are.
    `amount` is in the prices of the menu: without tax where tax is added. A removed one is kept for the reports.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="adjustments")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, null=True, related_name="adjustments")
    kind = models.CharField(max_length=8, choices=AdjustmentKind.choices)
    amount = models.DecimalField(null=True, **AMOUNT)
    percent = models.DecimalField(null=True, max_digits=7, decimal_places=4)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    approved_by = models.CharField(max_length=120, blank=True)
    most = models.DecimalField(null=True, help_text="Limit without a manager, also when more is ordered.", **AMOUNT)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=120, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="adjustment_kind_known", condition=Q(kind__in=AdjustmentKind.values)),
            models.CheckConstraint(
                name="adjustment_amount_or_percent",
                condition=Q(amount__gt=0, percent=None) | Q(amount=None, percent__gt=0, percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.line or self.bill}"


class Share(models.Model):
    """A part of a bill that one guest or couple pays. `orders.billing.splitting` computes its total.

    `claims` of a share of dishes are [{"line": id, "part": "1/3"}]. `total` is set by the first payment; from then on
    the share is locked, and only the other shares change with the bill.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="shares")
    kind = models.CharField(max_length=6, choices=ShareKind.choices)
    label = models.CharField(max_length=80, blank=True)
    seat = models.PositiveSmallIntegerField(null=True)
    amount = models.DecimalField(null=True, help_text="Fixed amount of a share by amount.", **AMOUNT)
    claims = models.JSONField(default=list, help_text='[{"line", "part"}]')
    total = models.DecimalField(null=True, help_text="Total since the first payment.", **AMOUNT)
    by_guest = models.BooleanField(default=False, help_text="Dishes that a guest chose on the own phone.")
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="share_kind_known", condition=Q(kind__in=ShareKind.values))]

    def __str__(self) -> str:
        return self.label

    @property
    def words(self) -> str:
        """Return the label in the language of the reader."""
        if self.kind == ShareKind.SEAT:
            return gettext("Seat %(seat)s") % {"seat": self.seat}
        return gettext("The rest") if self.kind == ShareKind.REST else self.label

    @property
    def is_locked(self) -> bool:
        """True since the first payment."""
        return self.total is not None

    @property
    def parts(self) -> dict[int, Fraction]:
        """Return {line id: part of it} of the claims."""
        return {each["line"]: Fraction(each["part"]) for each in self.claims}


def claims_json(parts: Mapping[int, Fraction]) -> list[dict[str, Any]]:
    """Return parts of lines as `Share.claims` has them, without empty ones."""
    return [{"line": line, "part": str(part)} for line, part in parts.items() if part]


class Payment(models.Model):
    """Money for a bill. `amount` is for the bill, without the `tip`. Rows are never deleted.

    A payment by a provider has attempts; `ask_at` is when the provider is asked about it next, null at the end.
    `trouble` says how the provider's object differs, and `found` what it says; such a payment waits for a person.
    Guests hand over `amount` + `tip` + `rounding`; `rounding` is what the smallest coin adds or takes off, and belongs
    to the payment alone. `taken_by_staff` is kept for reports. `tip_to` and `tip_staff` say whose the tip is, as it was
    when the payment was made. The row keeps its idempotency key permanently, with the
    fingerprint of the request's body. A tab is a payment with an `authorised` amount; its `amount` is that one until a
    part of it is captured, and reserves nothing before.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="payments")
    share = models.ForeignKey(Share, on_delete=models.PROTECT, null=True, related_name="payments")
    method = models.CharField(max_length=8, choices=Method.choices)
    status = models.CharField(max_length=10, choices=PaymentState.choices)
    started_at = models.DateTimeField(null=True, help_text="Start of a payment by a provider.")
    ask_at = models.DateTimeField(null=True, help_text="Time to ask the provider again, blank for never.")
    asked = models.PositiveIntegerField(default=0, help_text="How often the provider was asked.")
    cancel_at = models.DateTimeField(null=True, help_text="Time from which it is cancelled at the provider.")
    trouble = models.CharField(max_length=8, blank=True, choices=Trouble.choices)
    found = models.JSONField(default=dict, help_text="What the provider says, where it differs.")
    settled_by = models.CharField(max_length=120, blank=True, help_text="Person who ended a trouble.")
    settled_note = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(**AMOUNT)
    authorised = models.DecimalField(null=True, help_text="Amount that the bank holds for a tab.", **AMOUNT)
    capture_before = models.DateTimeField(null=True, help_text="Time until which a tab can be captured.")
    capture_at = models.DateTimeField(null=True, help_text="Time when the capture of a tab was asked for.")
    tip = models.DecimalField(default=ZERO, **AMOUNT)
    tip_to = models.CharField(max_length=6, choices=TipTo.choices, blank=True, help_text="Blank without a tip.")
    tip_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    rounding = models.DecimalField(default=ZERO, help_text="What the smallest coin adds or takes off.", **AMOUNT)
    tendered = models.DecimalField(null=True, help_text="Cash that the guests gave.", **AMOUNT)
    slip = models.CharField(max_length=40, blank=True, help_text="Number on the slip of the bank's terminal.")
    reader = models.ForeignKey(
        "billing.CardReader", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    business_date = models.DateField()
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=120)
    taken_by_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="payments")
    credential = models.CharField(max_length=40)
    key = models.CharField(max_length=200, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="payment_state_known", condition=Q(status__in=PaymentState.values)),
            models.CheckConstraint(name="payment_method_known", condition=Q(method__in=Method.values)),
            models.CheckConstraint(name="payment_amounts", condition=Q(amount__gt=0, tip__gte=0)),
            models.CheckConstraint(
                name="payment_tip_has_recipient",
                condition=Q(tip=0, tip_to="", tip_staff=None)
                | Q(tip__gt=0, tip_to=TipTo.PERSON, tip_staff__isnull=False)
                | Q(tip__gt=0, tip_to__in=[TipTo.POOL, TipTo.HOUSE], tip_staff=None),
            ),
            models.CheckConstraint(
                name="payment_within_tab",
                condition=Q(authorised=None, capture_before=None, capture_at=None)
                | Q(authorised__gt=0, authorised__gte=models.F("amount")),
            ),
            models.CheckConstraint(
                name="payment_at_a_reader",
                condition=Q(method=Method.READER, reader__isnull=False) | ~Q(method=Method.READER) & Q(reader=None),
            ),
            models.UniqueConstraint(
                fields=["reader"], condition=Q(status__in=sorted(RESERVING)), name="payment_alone_at_reader"
            ),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="payment_key_once"),
        ]
        indexes = [
            models.Index(fields=["restaurant", "business_date"], name="payment_of_day"),
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="payment_to_ask"),
            models.Index(
                fields=["restaurant"],
                condition=Q(settled_by="") & (~Q(trouble="") | Q(status__in=["created", "unknown"])),
                name="payment_needing",
            ),
            models.Index(
                fields=["restaurant", "capture_before"],
                condition=Q(settled_by="", status="authorised"),
                name="payment_tab",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.amount}"

    @property
    def to_pay(self) -> Decimal:
        """Return what a provider collects."""
        return self.amount + self.tip

    @property
    def is_reserving(self) -> bool:
        return self.status in RESERVING

    @property
    def reserves(self) -> bool:
        """True if the amount is taken off what is due. A tab reserves nothing before its capture is asked for."""
        return self.is_reserving and (self.authorised is None or self.capture_at is not None)

    @property
    def is_open_tab(self) -> bool:
        """True for a tab of which nothing was captured, and which has not ended."""
        return self.is_reserving and self.authorised is not None and self.capture_at is None

    @property
    def has_arrived(self) -> bool:
        return self.status in ARRIVED

    @property
    def change(self) -> Decimal | None:
        """Return the change of a cash payment, or None."""
        if self.tendered is None:
            return None
        change: Decimal = self.tendered - self.amount - self.tip - self.rounding
        return change


class Refund(models.Model):
    """Money that goes back to the guests, by the method of its payment. Rows are never deleted.

    One by a provider begins as pending, with a `provider_key` that the provider does twice only once.
    `of_sale` is the part that makes the sale smaller; the rest was paid too much, and the sale stays as it is. `taxes`
    are the components in `of_sale`, with the rounding of the bill; `lines` are the dishes that it was for. Both are
    kept for reports. One that the provider refused waits for a person, who settles it with a note.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    status = models.CharField(max_length=8, choices=RefundState.choices, default=RefundState.REFUNDED)
    provider_key = models.CharField(max_length=64, blank=True)
    provider_ref = models.CharField(max_length=120, blank=True)
    ask_at = models.DateTimeField(null=True, help_text="Time to ask the provider again, blank for never.")
    asked = models.PositiveIntegerField(default=0, help_text="How often the provider was asked.")
    settled_by = models.CharField(max_length=120, blank=True, help_text="Person who settled a refused refund.")
    settled_at = models.DateTimeField(null=True)
    settled_note = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=9, choices=RefundKind.choices, default=RefundKind.REFUND)
    amount = models.DecimalField(**AMOUNT)
    tip = models.DecimalField(default=ZERO, help_text="Tip that went back too.", **AMOUNT)
    rounding = models.DecimalField(default=ZERO, help_text="Coins of the payment that went back too.", **AMOUNT)
    of_sale = models.DecimalField(default=ZERO, **AMOUNT)
    taxes = models.JSONField(default=list, help_text='[{"name", "percent", "amount"}] of the sale that goes back.')
    lines = models.JSONField(default=list, help_text="Ids of the lines that it was for.")
    reason = models.CharField(max_length=200)
    business_date = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    approved_by = models.CharField(max_length=120, blank=True)
    credential = models.CharField(max_length=40)
    key = models.CharField(max_length=200, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="refund_amounts",
                condition=Q(amount__gte=0, tip__gte=0, of_sale__gte=0, of_sale__lte=models.F("amount"))
                & (Q(amount__gt=0) | Q(tip__gt=0)),
            ),
            models.CheckConstraint(name="refund_kind_known", condition=Q(kind__in=RefundKind.values)),
            models.CheckConstraint(name="refund_state_known", condition=Q(status__in=RefundState.values)),
            models.CheckConstraint(
                name="refund_settled_was_refused",
                condition=Q(settled_by="", settled_at=None)
                | Q(status=RefundState.FAILED, settled_at__isnull=False) & ~Q(settled_by=""),
            ),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="refund_key_once"),
        ]
        indexes = [
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="refund_to_ask"),
            models.Index(
                fields=["restaurant"],
                condition=Q(settled_by="", status__in=[RefundState.UNKNOWN, RefundState.FAILED]),
                name="refund_needing",
            ),
        ]

    def __str__(self) -> str:
        return f"refund of {self.money}"

    @property
    def money(self) -> Decimal:
        """Return what the guests get back, with tip and coins."""
        money: Decimal = self.amount + self.tip + self.rounding
        return money


from orders.billing.account_models import AccountMove, HouseAccount  # noqa: E402
from orders.billing.provider_models import DummyCharge, DummyRefund, PaymentAttempt, ProviderEvent  # noqa: E402
from orders.billing.reader_models import CardReader  # noqa: E402
from orders.billing.service_models import ServiceRule  # noqa: E402
from orders.billing.tip_models import TipRule  # noqa: E402
from orders.billing.voucher_models import Voucher, VoucherMove  # noqa: E402

__all__ = [
    "AccountMove",
    "Adjustment",
    "Bill",
    "CardReader",
    "DummyCharge",
    "DummyRefund",
    "HouseAccount",
    "Payment",
    "PaymentAttempt",
    "ProviderEvent",
    "Refund",
    "ServiceRule",
    "Share",
    "TipRule",
    "Voucher",
    "VoucherMove",
    "claims_json",
]
