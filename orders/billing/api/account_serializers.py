"""Serializers of the API of house accounts."""

from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictSerializer
from orders.billing.api import examples
from orders.billing.api.serializers import AMOUNT, HOUSE_METHODS


@shown(examples.NEW_ACCOUNT)
class AccountInput(StrictSerializer):
    """A new account: its name and the most that it may owe."""

    name = LineOfText(max_length=80)
    limit = serializers.RegexField(AMOUNT)


@shown(examples.CHANGED_ACCOUNT)
class AccountChangeInput(StrictSerializer):
    """The limit of an account, and whether it is closed."""

    limit = serializers.RegexField(AMOUNT)
    closed = serializers.BooleanField(required=False, default=False)


@shown(examples.NEW_SETTLEMENT)
class SettlementInput(StrictSerializer):
    """Money for an account. Without `amount` it is all that the account owes."""

    method = serializers.ChoiceField(HOUSE_METHODS)
    amount = serializers.RegexField(AMOUNT, required=False, allow_null=True, default=None)
    slip = LineOfText(max_length=40, required=False, default="", allow_blank=True)


@shown(examples.ACCOUNT)
class AccountOutput(serializers.Serializer[Any]):
    """An account. `balance` is what it owes, negative for a credit."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    currency = serializers.CharField()
    balance = serializers.CharField()
    closed = serializers.BooleanField()
    by = serializers.CharField()
    at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "limit": serializers.CharField()}


@shown(examples.ACCOUNT_MOVE)
class AccountMoveOutput(serializers.Serializer[Any]):
    """A change of what an account owes. `amount` is signed; `rounding` is what coins add to cash or take off it."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="`charged`, `returned` or `settled`.")
    amount = serializers.CharField()
    rounding = serializers.CharField()
    payment = serializers.IntegerField(allow_null=True)
    refund = serializers.IntegerField(allow_null=True)
    method = serializers.CharField(allow_null=True, help_text="`cash` or `terminal` of a settlement.")
    slip = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()
