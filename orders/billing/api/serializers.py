"""Serializers of the API of bills: input serializers check only the shape, output serializers document the answers."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictInteger, StrictSerializer
from orders.api.serializers import BIGGEST_ID, ApprovalInput, TaxOutput
from orders.billing.api import examples
from orders.billing.services import Claim, Tender
from orders.billing.services.splitting import MOST_WAYS
from orders.billing.transitions import AdjustmentKind, Method, PaymentState, RefundKind, RefundState, ShareKind, TipTo
from orders.order_commands import MAX_LINES

AMOUNT = r"^\d{1,9}(\.\d{1,4})?$"
PART = r"^[1-9]\d{0,2}(/[1-9]\d{0,2})?$"
VOID = "void"
CARD = "card"  # a synonym of `terminal`
HOUSE_METHODS = (Method.CASH.value, Method.TERMINAL.value)
WAYS = ("equal", "seat", "amount", "items", "none")


class ApprovedInput(StrictSerializer):
    """A body that may carry the approval of a manager by PIN."""

    approval = ApprovalInput(required=False, allow_null=True)


@shown(examples.NEW_PAYMENT)
class PaymentInput(StrictSerializer):
    """A payment. Without `amount` it is for all that is due, of the `share` or of the bill. `card` means `terminal`.

    One by `voucher` has its code and no tip, and pays without `amount` as much as there is on the voucher.
    One by `account` has the id of its house account and no tip; one by `reader` the id of the card reader.
    """

    method = serializers.ChoiceField([*Method.values, CARD])
    amount = serializers.RegexField(AMOUNT, required=False, allow_null=True)
    tip = serializers.RegexField(AMOUNT, required=False, default="0")
    tendered = serializers.RegexField(AMOUNT, required=False, allow_null=True, help_text="Cash that the guests gave.")
    share = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)
    slip = LineOfText(max_length=40, required=False, default="", allow_blank=True)
    voucher = LineOfText(max_length=40, required=False, default="", allow_blank=True, help_text="Code of a `voucher`.")
    account = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)
    reader = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)


@shown(examples.NEW_TAB)
class TabInput(StrictSerializer):
    """The amount that the restaurant's provider shall hold."""

    amount = serializers.RegexField(AMOUNT)


@shown(examples.CAPTURE)
class CaptureInput(StrictSerializer):
    """The amount that guests pay from a tab. Without `amount` all that is due, as far as it fits into the tab."""

    amount = serializers.RegexField(AMOUNT, required=False, allow_null=True)
    tip = serializers.RegexField(AMOUNT, required=False, default="0")


@shown(examples.NEW_ADJUSTMENT)
class AdjustmentInput(ApprovedInput):
    """A comp, a discount, or with `void` a line that leaves the bill. A comp without a size takes all of it.

    `service` takes the service charge off the bill, without a size all of it.
    """

    kind = serializers.ChoiceField([*AdjustmentKind.values, VOID])
    line = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)
    amount = serializers.RegexField(AMOUNT, required=False, allow_null=True)
    percent = serializers.RegexField(r"^\d{1,3}(\.\d{1,4})?$", required=False, allow_null=True)
    reason = LineOfText(max_length=200)


@shown(examples.WRITE_OFF)
class WriteOffInput(ApprovedInput):
    """The reason of a write-off."""

    reason = LineOfText(max_length=200)


class ClaimedLineInput(StrictSerializer):
    """A part of a line, such as 1/3; without `part` all of it."""

    line = StrictInteger(min_value=1, max_value=BIGGEST_ID)
    part = serializers.RegexField(PART, required=False, default="1")


class ClaimInput(StrictSerializer):
    """A share of chosen dishes."""

    label = LineOfText(max_length=80)  # type: ignore[assignment]
    lines = ClaimedLineInput(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]


@shown(examples.SPLIT)
class SplitInput(StrictSerializer):
    """The division of a bill: `equal` with `ways`, `seat`, `amount` with `amounts`, `items` with `shares`, `none`."""

    by = serializers.ChoiceField(WAYS)
    ways = StrictInteger(min_value=2, max_value=MOST_WAYS, required=False, default=0)
    amounts = serializers.ListField(child=serializers.RegexField(AMOUNT), required=False, max_length=MOST_WAYS)
    shares = ClaimInput(many=True, required=False, max_length=MOST_WAYS)  # type: ignore[call-arg]


@shown(examples.NEW_REFUND)
class RefundInput(ApprovedInput):
    """An amount that goes back, the lines that it is for, and a part of the tip. Without `amount` only of the tip."""

    amount = serializers.RegexField(AMOUNT, required=False, default="0")
    tip = serializers.RegexField(AMOUNT, required=False, default="0")
    reason = LineOfText(max_length=200)
    lines = serializers.ListField(
        child=StrictInteger(min_value=1, max_value=BIGGEST_ID), required=False, max_length=MAX_LINES
    )


@shown(examples.NEW_METHOD)
class MethodInput(ApprovedInput):
    """The right method of a payment: cash or the card terminal."""

    method = serializers.ChoiceField(HOUSE_METHODS)
    reason = LineOfText(max_length=200)
    slip = LineOfText(max_length=40, required=False, default="", allow_blank=True)


@shown(examples.PAYMENT)
class PaymentOutput(serializers.Serializer[Any]):
    """A payment. `amount` is without the `tip`; `rounding` is what the smallest coin adds or takes off."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(PaymentState.values)
    method = serializers.ChoiceField(Method.values)
    amount = serializers.CharField()
    tip = serializers.CharField()
    tip_to = serializers.ChoiceField(TipTo.values, allow_null=True, help_text="Whose the tip is; null without a tip.")
    tip_staff = serializers.IntegerField(allow_null=True, help_text="Member of staff, for `person`.")
    rounding = serializers.CharField()
    tendered = serializers.CharField(allow_null=True)
    change = serializers.CharField(allow_null=True)
    authorised = serializers.CharField(allow_null=True, help_text="What the bank holds for a tab, null for no tab.")
    capture_before = serializers.DateTimeField(allow_null=True, help_text="Until when a tab can be captured.")
    share = serializers.IntegerField(allow_null=True)
    slip = serializers.CharField(allow_blank=True)
    reader = serializers.IntegerField(allow_null=True, help_text="Card reader that collects it.")
    url = serializers.CharField(allow_null=True, help_text="Page of the provider where the guest pays.")
    at = serializers.DateTimeField()


@shown(examples.REFUND)
class RefundOutput(serializers.Serializer[Any]):
    """A refund. `of_sale` is the part that makes the sale smaller; the rest was paid too much."""

    id = serializers.IntegerField()
    payment = serializers.IntegerField()
    amount = serializers.CharField()
    of_sale = serializers.CharField()
    kind = serializers.ChoiceField(RefundKind.choices)
    tip = serializers.CharField()
    rounding = serializers.CharField(help_text="What the smallest coin adds to cash that goes back, or takes off it.")
    state = serializers.ChoiceField(RefundState.values)
    at = serializers.DateTimeField()


class BillLineOutput(serializers.Serializer[Any]):
    """A line of the bill. `total` is its price, `due` what the guests pay for it after comps, with added tax."""

    id = serializers.IntegerField()
    order = serializers.IntegerField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.CharField()
    total = serializers.CharField()
    tax = serializers.CharField()
    due = serializers.CharField()
    seat = serializers.IntegerField(allow_null=True)
    voided = serializers.BooleanField()


class AdjustmentOutput(serializers.Serializer[Any]):
    """A comp or discount, or a service charge that is not charged. `amount` is what it takes off now."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(AdjustmentKind.values)
    line = serializers.IntegerField(allow_null=True)
    amount = serializers.CharField()
    percent = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    by = serializers.CharField()
    approver = serializers.CharField(allow_blank=True)


class ShareOutput(serializers.Serializer[Any]):
    """A share of the bill. A locked one has a payment."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(ShareKind.values)
    label = serializers.CharField()  # type: ignore[assignment]
    total = serializers.CharField()
    paid = serializers.CharField()
    reserved = serializers.CharField()
    due = serializers.CharField()
    locked = serializers.BooleanField()


@shown(examples.BILL)
class BillOutput(serializers.Serializer[Any]):
    """The bill of a party, computed from its kept orders. `due` leaves out what is under way (`reserved`)."""

    party = serializers.IntegerField()
    table = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(["open", "presented", "settled", "written_off"])
    lines = BillLineOutput(many=True)
    adjustments = AdjustmentOutput(many=True)
    service = serializers.CharField(help_text="Service charge in the total, with its tax.")
    net_service = serializers.CharField(help_text="Service charge without its tax.")
    service_name = serializers.CharField(allow_blank=True, help_text="Name and percentage; blank without one.")
    taxes = TaxOutput(many=True)
    tax = serializers.CharField()
    total = serializers.CharField()
    tips = serializers.CharField()
    paid = serializers.CharField()
    refunded = serializers.CharField(help_text="What refunds gave back of the sale.")
    reserved = serializers.CharField()
    written_off = serializers.CharField()
    due = serializers.CharField()
    excess = serializers.CharField(help_text="What was paid too much.")
    shares = ShareOutput(many=True)
    payments = PaymentOutput(many=True)
    link = serializers.CharField(
        allow_null=True, help_text="Page where guests pay by phone; null without a provider or when they have left."
    )


def tender_of(body: Mapping[str, Any]) -> Tender:
    """Return the payment of a checked body as the service takes it."""
    return Tender(
        method=Method.TERMINAL if body["method"] == CARD else Method(body["method"]),
        amount=decimal(body.get("amount")),
        tip=Decimal(body["tip"]),
        tendered=decimal(body.get("tendered")),
        share_id=body.get("share"),
        slip=body["slip"],
        voucher=body["voucher"],
        account_id=body.get("account"),
        reader_id=body.get("reader"),
    )


def claims_of(body: Mapping[str, Any]) -> list[Claim]:
    """Return the shares of dishes of a checked body. A line that is named twice counts twice."""
    claims = []
    for share in body.get("shares", ()):
        parts: dict[int, Fraction] = {}
        for each in share["lines"]:
            parts[each["line"]] = parts.get(each["line"], Fraction(0)) + Fraction(each["part"])
        claims.append(Claim(share["label"], parts))
    return claims


def decimal(text: str | None) -> Decimal | None:
    """Return a checked text as an amount, or None."""
    return None if text is None else Decimal(text)
