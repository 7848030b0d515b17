"""Serializers of the API of vouchers."""

from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictSerializer
from orders.billing.api import examples
from orders.billing.api.serializers import AMOUNT, HOUSE_METHODS


@shown(examples.NEW_VOUCHER)
class VoucherInput(StrictSerializer):
    """A voucher that a guest buys: its value, how it is paid, and the last day on which it is taken, or null."""

    value = serializers.RegexField(AMOUNT)
    method = serializers.ChoiceField(HOUSE_METHODS)
    expires_on = serializers.DateField(required=False, allow_null=True, default=None)
    slip = LineOfText(max_length=40, required=False, default="", allow_blank=True)


@shown({"code": examples.VOUCHER_CODE})
class VoucherCodeInput(StrictSerializer):
    """The code of a voucher, with or without its hyphens. It is never part of an address."""

    code = LineOfText(max_length=40)


@shown(examples.VOID_VOUCHER)
class VoidVoucherInput(StrictSerializer):
    """The reason why a voucher ends. With `pay_back` its balance goes back as it was paid, else the house keeps it."""

    reason = LineOfText(max_length=200)
    pay_back = serializers.BooleanField()


class VoucherMoveOutput(serializers.Serializer[Any]):
    """A change of the balance. `amount` is signed."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="`sold`, `spent`, `returned`, `paid_back` or `lapsed`.")
    amount = serializers.CharField()
    payment = serializers.IntegerField(allow_null=True)
    refund = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()


@shown(examples.VOUCHER)
class VoucherOutput(serializers.Serializer[Any]):
    """A voucher. `code` is in the answer to its sale alone, else null; `tail` are its last four characters."""

    id = serializers.IntegerField()
    code = serializers.CharField(allow_null=True)
    tail = serializers.CharField()
    state = serializers.CharField(help_text="`open`, `spent`, `expired` or `void`.")
    currency = serializers.CharField()
    value = serializers.CharField()
    balance = serializers.CharField()
    method = serializers.CharField(help_text="`cash` or `terminal`.")
    slip = serializers.CharField(allow_blank=True)
    expires_on = serializers.DateField(allow_null=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()


@shown({**examples.VOUCHER, "moves": [examples.VOUCHER_MOVE]})
class VoucherWithMovesOutput(VoucherOutput):
    """A voucher with all that happened to its balance, oldest first."""

    moves = VoucherMoveOutput(many=True)
