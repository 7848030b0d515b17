from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT, ZERO
from bistro.core.models import Restaurant, Staff
from orders.billing.models import AccountMove, Payment, Refund, VoucherMove
from orders.billing.transitions import Method, TipTo
from orders.till.transitions import BY_HAND, Cause, ClosingKind, MoveKind, TillState, TipMoveKind
from tables.models import Party

ORIGINS = ("payment", "refund", "voucher_move", "account_move")


def came_from(origin: str = "") -> Q:
    """Return the condition that a move has this origin and no other."""
    others = {name: None for name in ORIGINS if name != origin}
    return Q(**others, **({f"{origin}__isnull": False} if origin else {}))


class Keyed(models.Model):
    """A row that keeps the idempotency key of its request permanently, with the fingerprint of the body."""

    credential = models.CharField(max_length=40)
    key = models.CharField(max_length=200, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True


class Till(Keyed):
    """A cash drawer, or the wallet of one person, from its opening to its closing.

    `holder` is the person who answers for the cash; a till without one is shared. `expected`, `counted` and
    `difference` are set by the count, which shows none of them before.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    holder = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="tills", db_index=False)
    status = models.CharField(max_length=7, choices=TillState.choices, default=TillState.OPEN)
    currency = models.CharField(max_length=3)
    float = models.DecimalField(help_text="Cash in the till at its opening.", **AMOUNT)
    business_date = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    counted = models.DecimalField(null=True, **AMOUNT)
    expected = models.DecimalField(null=True, **AMOUNT)
    difference = models.DecimalField(null=True, **AMOUNT)
    cause = models.CharField(max_length=10, choices=Cause.choices, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="More about the difference.")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="till_state_known", condition=Q(status__in=TillState.values)),
            models.CheckConstraint(name="till_float_not_negative", condition=Q(float__gte=0)),
            models.UniqueConstraint(
                fields=["holder", "restaurant"],
                condition=Q(status=TillState.OPEN, holder__isnull=False),
                name="till_open_once",
            ),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="till_key_once"),
        ]
        indexes = [models.Index(fields=["restaurant", "business_date"], name="till_of_day")]

    def __str__(self) -> str:
        return gettext("till %(number)s") % {"number": self.pk}

    @property
    def is_open(self) -> bool:
        return self.status == TillState.OPEN


class Closing(Keyed):
    """A closing of a day, month or year. Rows never change, and `number` has no gap.

    `payload` is the text that was hashed: canonical JSON of all its figures. `hash` covers it and the hash of the
    closing before, by the formula `formula_version` (`orders.till.chain`). `perpetual` adds up all sales ever closed.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=5, choices=ClosingKind.choices)
    number = models.PositiveIntegerField()
    day = models.DateField(help_text="The business day, or the last day of the month or year.")
    sales = models.DecimalField(help_text="What guests owe for what was ordered, with tax.", **AMOUNT)
    perpetual = models.DecimalField(**AMOUNT)
    payload = models.TextField()
    formula_version = models.PositiveSmallIntegerField(default=1)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=120)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="closing_kind_known", condition=Q(kind__in=ClosingKind.values)),
            models.UniqueConstraint(fields=["restaurant", "kind", "number"], name="closing_number_once"),
            models.UniqueConstraint(fields=["restaurant", "kind", "day"], name="closing_day_once"),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="closing_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class CountedBill(models.Model):
    """The part of a bill that closings of days have counted so far, so that each counts only what is new.

    `figures` are the amounts as texts (`orders.till.reports.figures`); `open` is what was neither paid nor written off.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="counted")
    figures = models.JSONField(default=dict)
    open = models.DecimalField(default=ZERO, **AMOUNT)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["restaurant"], condition=~Q(open=0), name="counted_open")]

    def __str__(self) -> str:
        return f"counted of party {self.party_id}"


class TillMove(Keyed):
    """Money that moved: every payment, refund and sale of a voucher, and what people put into a till or took out.

    `amount` is signed: money that comes in is positive. Cards have no till, and cash that was taken while none was open
    has none either. A voucher that the house keeps is a row with the method `voucher`. Rows are never changed, except
    that a closing of a day marks those that it includes.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, null=True, related_name="moves")
    kind = models.CharField(max_length=7, choices=MoveKind.choices)
    method = models.CharField(max_length=8, choices=Method.choices, default=Method.CASH)
    amount = models.DecimalField(**AMOUNT)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, related_name="move")
    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, null=True, related_name="move")
    voucher_move = models.OneToOneField(VoucherMove, on_delete=models.PROTECT, null=True, related_name="move")
    account_move = models.OneToOneField(AccountMove, on_delete=models.PROTECT, null=True, related_name="move")
    recipient = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True)
    business_date = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, null=True, related_name="moves")
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="move_kind_known", condition=Q(kind__in=MoveKind.values)),
            models.CheckConstraint(
                name="move_has_its_origin",
                condition=Q(came_from("payment"), kind=MoveKind.SALE, amount__gte=0)
                | Q(came_from("refund"), kind=MoveKind.REFUND, amount__lte=0)
                | Q(came_from("voucher_move"), kind__in=[MoveKind.VOUCHER, MoveKind.LAPSED])
                | Q(came_from("account_move"), kind=MoveKind.ACCOUNT, amount__gte=0)
                | Q(came_from(), kind=MoveKind.PAY_IN, till__isnull=False, amount__gt=0)
                | Q(
                    came_from(),
                    kind__in=[kind for kind in BY_HAND if kind != MoveKind.PAY_IN],
                    till__isnull=False,
                    amount__lt=0,
                ),
            ),
            models.CheckConstraint(name="move_card_has_no_till", condition=Q(method=Method.CASH) | Q(till=None)),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="move_key_once"),
        ]
        indexes = [models.Index(fields=["restaurant", "business_date"], name="move_of_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class TipMove(Keyed):
    """Tips of a business day that go to somebody else: shares of the pool, and corrections. Rows are never changed.

    The tips of payments are not rows here. `of_day` is the day of the tips, `business_date` the day of the row.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=TipMoveKind.choices)
    of_day = models.DateField()
    amount = models.DecimalField(**AMOUNT)
    giver = models.CharField(max_length=6, choices=TipTo.choices)
    giver_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    taker = models.CharField(max_length=6, choices=TipTo.choices)
    taker_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True)
    business_date = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="tip_move_kind_known", condition=Q(kind__in=TipMoveKind.values)),
            models.CheckConstraint(name="tip_move_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="tip_giver_known",
                condition=Q(giver=TipTo.PERSON, giver_staff__isnull=False)
                | Q(giver__in=[TipTo.POOL, TipTo.HOUSE], giver_staff=None),
            ),
            models.CheckConstraint(
                name="tip_taker_known",
                condition=Q(taker=TipTo.PERSON, taker_staff__isnull=False)
                | Q(taker__in=[TipTo.POOL, TipTo.HOUSE], taker_staff=None),
            ),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="tip_move_key_once"),
        ]
        indexes = [
            models.Index(fields=["restaurant", "of_day"], name="tip_move_of_day"),
            models.Index(fields=["restaurant", "business_date"], name="tip_move_made_on"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} to {self.taker}: {self.amount}"


class TillCount(Keyed):
    """A count of the cash in a till, blind: the counter did not see what it should hold. Rows are never changed."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="counts")
    pieces = models.JSONField(help_text='{"50.00": 2}: the number of notes and coins of each value.')
    total = models.DecimalField(default=ZERO, **AMOUNT)
    counted_at = models.DateTimeField()
    counted_by = models.CharField(max_length=120)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="count_not_negative", condition=Q(total__gte=0)),
            models.UniqueConstraint(fields=["restaurant", "credential", "key"], name="count_key_once"),
        ]

    def __str__(self) -> str:
        return f"count of {self.till}"

    @property
    def rows(self) -> list[tuple[str, int, Decimal]]:
        """Return value, number and amount of each kind of note and coin, largest first."""
        found = sorted(((Decimal(value), number) for value, number in self.pieces.items()), reverse=True)
        return [(f"{value:f}", number, value * number) for value, number in found]
