"""Serializers of the API of tips."""

from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictInteger, StrictSerializer
from orders.api.serializers import BIGGEST_ID
from orders.billing.api.serializers import AMOUNT
from orders.billing.transitions import TipTo
from orders.till.api import examples

MOST_PEOPLE = 500


@shown(examples.SHARE_POOL)
class SharePoolInput(StrictSerializer):
    """The people among whom the pool of a business day is shared. Without `day` it is this one."""

    day = serializers.DateField(required=False, allow_null=True, default=None)
    staff = serializers.ListField(child=StrictInteger(min_value=1, max_value=BIGGEST_ID), max_length=MOST_PEOPLE)


@shown(examples.CORRECT_TIPS)
class CorrectTipsInput(StrictSerializer):
    """Tips of a business day that somebody else gets. `giver_staff` and `taker_staff` name a `person`."""

    day = serializers.DateField(required=False, allow_null=True, default=None)
    amount = serializers.RegexField(AMOUNT)
    giver = serializers.ChoiceField(TipTo.values)
    giver_staff = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True, default=None)
    taker = serializers.ChoiceField(TipTo.values)
    taker_staff = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True, default=None)
    reason = LineOfText(max_length=200)


@shown(examples.TIP_MOVE)
class TipMoveOutput(serializers.Serializer[Any]):
    """A share of the pool or a correction: tips that went from the giver to the taker."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="`share` or `correction`.")
    day = serializers.DateField()
    amount = serializers.CharField()
    giver = serializers.CharField(help_text="`person`, `pool` or `house`.")
    giver_staff = serializers.IntegerField(allow_null=True)
    taker = serializers.CharField(help_text="`person`, `pool` or `house`.")
    taker_staff = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()


class TipsOfPerson(serializers.Serializer[Any]):
    """The tips of a person. `shares` is true for people who got a share, or worked while nothing is shared yet."""

    staff = serializers.IntegerField()
    name = serializers.CharField()
    points = serializers.IntegerField()
    shares = serializers.BooleanField()
    own = serializers.CharField()
    from_pool = serializers.CharField()
    corrected = serializers.CharField()
    total = serializers.CharField()
    paid_out = serializers.CharField()


@shown(examples.TIPS)
class TipsOutput(serializers.Serializer[Any]):
    """The tips of a business day. `left` is what of the `pool` is not shared."""

    day = serializers.DateField()
    currency = serializers.CharField()
    pool = serializers.CharField()
    shared = serializers.CharField()
    left = serializers.CharField()
    house = serializers.CharField()
    people = TipsOfPerson(many=True)
    moves = TipMoveOutput(many=True)
