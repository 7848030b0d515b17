"""Serializers of the API of tills: input serializers check only the shape, output serializers document the answers."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictInteger, StrictSerializer
from orders.api.serializers import BIGGEST_ID
from orders.billing.api.serializers import AMOUNT
from orders.till.api import examples
from orders.till.transitions import HAND_KINDS, Cause, ClosingKind


@shown(examples.NEW_TILL)
class TillInput(StrictSerializer):
    """A till to open, with the cash that is in it. Without `shared` it is the caller's own."""

    shared = serializers.BooleanField(required=False, default=False)

    def get_fields(self) -> dict[str, Any]:
        return {"float": serializers.RegexField(AMOUNT), **super().get_fields()}


@shown(examples.NEW_MOVE)
class TillMoveInput(StrictSerializer):
    """Money that a person puts into a till or takes out; `amount` is positive. `to` gets tips that are paid out."""

    kind = serializers.ChoiceField(HAND_KINDS)
    amount = serializers.RegexField(AMOUNT)
    reason = LineOfText(max_length=200, required=False, default="", allow_blank=True)
    to = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)


@shown(examples.COUNT)
class CountInput(StrictSerializer):
    """The notes and coins in a till: {value: number}."""

    pieces = serializers.DictField(child=StrictInteger(min_value=0, max_value=100_000), allow_empty=True)

    def validate_pieces(self, pieces: dict[str, int]) -> dict[Decimal, int]:
        """Return the values as amounts; an unknown form is refused."""
        field = serializers.RegexField(AMOUNT)
        found: dict[Decimal, int] = {}
        for value, number in pieces.items():
            amount = Decimal(field.run_validation(value))
            found[amount] = found.get(amount, 0) + number
        return found


@shown(examples.CLOSE)
class CloseInput(StrictSerializer):
    """The end of a till. A difference needs a `cause`."""

    cause = serializers.ChoiceField(Cause.values, required=False, allow_blank=True, default="")
    note = LineOfText(max_length=200, required=False, default="", allow_blank=True)


@shown(examples.HAND_OVER)
class HandOverInput(StrictSerializer):
    """The next holder of a till; null makes it a shared one."""

    to = StrictInteger(min_value=1, max_value=BIGGEST_ID, allow_null=True)


@shown(examples.NEW_CLOSING)
class ClosingInput(StrictSerializer):
    """A day to close, or a month or year that is over. Without `day` it is the oldest day that is not closed."""

    kind = serializers.ChoiceField(ClosingKind.values, required=False, default=ClosingKind.DAY)
    day = serializers.DateField(required=False, allow_null=True, default=None)


@shown(examples.MOVE)
class TillMoveOutput(serializers.Serializer[Any]):
    """A move of money. `amount` is signed: what comes in is positive."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="`sale`, `refund`, `voucher`, `account`, or as in the request.")
    amount = serializers.CharField()
    payment = serializers.IntegerField(allow_null=True)
    refund = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()


class CountOutput(serializers.Serializer[Any]):
    """A count of a till."""

    pieces = serializers.DictField(child=serializers.IntegerField())
    total = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class TillFacts(serializers.Serializer[Any]):
    """A till in a closing. `expected` is null before the count, which is blind."""

    id = serializers.IntegerField()
    state = serializers.CharField(help_text="`open`, `counted` or `closed`.")
    holder = serializers.CharField(allow_null=True, help_text="Null for a shared till.")
    day = serializers.DateField()
    counted = serializers.CharField(allow_null=True)
    expected = serializers.CharField(allow_null=True)
    difference = serializers.CharField(allow_null=True)
    cause = serializers.CharField(allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "float": serializers.CharField()}


@shown(examples.TILL)
class TillOutput(TillFacts):
    """A till with its counts; sales and refunds are among its moves after the count."""

    currency = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    opened_at = serializers.DateTimeField()
    opened_by = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(allow_blank=True)
    moves = TillMoveOutput(many=True)
    counts = CountOutput(many=True)


class TaxFigures(serializers.Serializer[Any]):
    """Net amount and tax of a component."""

    name = serializers.CharField()
    percent = serializers.CharField()
    net = serializers.CharField()
    tax = serializers.CharField()


class FiguresOutput(serializers.Serializer[Any]):
    """Amounts without tax, and the tax; `comps`, `discounts`, `service_off` and `refunded` are as guests see them."""

    lines = serializers.CharField()
    adjustments = serializers.CharField()
    refunds = serializers.CharField()
    service = serializers.CharField()
    tax = serializers.CharField()
    written_off = serializers.CharField()
    comps = serializers.CharField()
    discounts = serializers.CharField()
    service_off = serializers.CharField(help_text="Service charge that was taken off.")
    refunded = serializers.CharField()
    taxes = TaxFigures(many=True)


class MethodFigures(serializers.Serializer[Any]):
    """Payments and refunds by a method."""

    method = serializers.CharField(help_text="As of a payment.")
    payments = serializers.IntegerField()
    refunds = serializers.IntegerField()
    received = serializers.CharField()
    given_back = serializers.CharField()
    amount = serializers.CharField()


class VoucherFigures(serializers.Serializer[Any]):
    """The debt of the house for vouchers and its changes. `cash` is the cash for vouchers, less what went back."""

    owed_before = serializers.CharField()
    sold = serializers.CharField()
    paid_back = serializers.CharField()
    redeemed = serializers.CharField()
    returned = serializers.CharField(help_text="Refunds that went back to vouchers.")
    lapsed = serializers.CharField(help_text="Kept by the house.")
    owed_after = serializers.CharField()
    cash = serializers.CharField()


class AccountFigures(serializers.Serializer[Any]):
    """The debt of house accounts and its changes. `cash` is the cash for them."""

    owed_before = serializers.CharField()
    charged = serializers.CharField()
    returned = serializers.CharField(help_text="Refunds that went back to accounts.")
    settled = serializers.CharField()
    rounding = serializers.CharField(help_text="What the smallest coin added to the cash, or took off it.")
    owed_after = serializers.CharField()
    cash = serializers.CharField()


class LateFigures(serializers.Serializer[Any]):
    """Money of an earlier day."""

    day = serializers.DateField()
    moves = serializers.IntegerField()
    amount = serializers.CharField()


class OpenBill(serializers.Serializer[Any]):
    """A bill that is carried over."""

    party = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    open = serializers.CharField()


class UnderWay(serializers.Serializer[Any]):
    """A payment that waits for its provider, or an open tab: held by the bank, not paid."""

    payment = serializers.IntegerField()
    party = serializers.IntegerField()
    method = serializers.CharField(help_text="As of a payment.")
    amount = serializers.CharField()
    table = serializers.CharField(allow_blank=True)
    is_tab = serializers.BooleanField()


class ClosedDay(serializers.Serializer[Any]):
    """A day in the closing of a month or year."""

    number = serializers.IntegerField()
    day = serializers.DateField()
    hash = serializers.CharField()


@shown(examples.CLOSING)
class ClosingOutput(serializers.Serializer[Any]):
    """A closing. Those of months and years have `days` in place of tills, bills and what was open."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="`day`, `month` or `year`.")
    number = serializers.IntegerField()
    day = serializers.DateField()
    restaurant = serializers.IntegerField()
    currency = serializers.CharField()
    figures = FiguresOutput()
    sale = serializers.CharField()
    net = serializers.CharField()
    tips = serializers.CharField()
    rounding = serializers.CharField()
    methods = MethodFigures(many=True)
    received = serializers.CharField()
    given_back = serializers.CharField()
    money = serializers.CharField()
    open_before = serializers.CharField(required=False)
    open_after = serializers.CharField(required=False)
    unexplained = serializers.CharField(required=False, help_text="Always 0, unless there is a fault.")
    vouchers = VoucherFigures()
    accounts = AccountFigures()
    by_hand = serializers.DictField(child=serializers.CharField(), required=False)
    cash_without_till = serializers.CharField()
    late = LateFigures(many=True, required=False)
    tills = TillFacts(many=True, required=False)
    open_bills = OpenBill(many=True, required=False)
    under_way = UnderWay(many=True, required=False)
    days = ClosedDay(many=True, required=False)
    perpetual = serializers.CharField()
    closed_at = serializers.DateTimeField()
    closed_by = serializers.CharField()
    previous_hash = serializers.CharField(allow_blank=True)
    hash = serializers.CharField()
    formula_version = serializers.IntegerField()
