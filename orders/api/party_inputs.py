"""Serializers that check the bodies about parties: seat, change, move, join, part, move lines."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import StrictBoolean, StrictInteger, StrictSerializer
from orders.api import examples
from orders.api.serializers import BIGGEST_ID
from orders.order_commands import MAX_LINES, MAX_QUANTITY
from orders.services import LineShare
from tables.stay_steps import MOST_GUESTS

INSIST = "More guests than seats, which a host or a manager may decide."


class InsistInput(StrictSerializer):
    """The wish to put more guests at a table than it has seats."""

    insist = serializers.BooleanField(required=False, default=False, help_text=INSIST)


@shown(examples.NEW_PARTY)
class PartyInput(InsistInput):
    """A party to seat at a free table. `size` may be unknown; without `server` a waiter serves whom they seat."""

    table = StrictInteger(min_value=1, max_value=BIGGEST_ID)
    size = StrictInteger(min_value=1, max_value=MOST_GUESTS, allow_null=True)
    server = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)


@shown(examples.CHANGED_PARTY)
class PartyEdit(InsistInput):
    """The changed fields of a seated party."""

    size = StrictInteger(min_value=1, max_value=MOST_GUESTS, required=False, allow_null=True)
    server = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)


@shown(examples.MOVE)
class JoinInput(StrictSerializer):
    """A free table to join, or with `party` the table of guests who join."""

    table = StrictInteger(min_value=1, max_value=BIGGEST_ID)
    party = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False)


@shown(examples.MOVE)
class MoveInput(InsistInput):
    """A table to move to."""

    table = StrictInteger(min_value=1, max_value=BIGGEST_ID)


@shown(examples.MOVE)
class PartInput(MoveInput):
    """A table to part. With `guests` its guests stay there as a party of their own."""

    guests = StrictBoolean(required=False, default=False)


class LineShareInput(StrictSerializer):
    """A line to move, and how many of it. Without `quantity` all of it moves."""

    id = StrictInteger(min_value=1, max_value=BIGGEST_ID)
    quantity = StrictInteger(min_value=1, max_value=MAX_QUANTITY, required=False)


@shown(examples.MOVED_LINES)
class MoveLinesInput(StrictSerializer):
    """Lines of an order, and the table or the party that gets them."""

    lines = LineShareInput(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]
    table = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False)
    party = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False)


def line_shares(lines: list[Mapping[str, Any]]) -> list[LineShare]:
    """Return the lines of a body as the service takes them."""
    return [LineShare(line["id"], line.get("quantity")) for line in lines]
