"""Serializers that document the answers about the pad, the party and the floor."""

from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from orders.api import examples
from orders.api.serializers import OrderOutput, TaxOutput
from orders.floor.states import STATES
from orders.selectors import TRACKING
from tables.models import Table
from tables.transitions import CallReason, PartyStatus


class PadDeviceOutput(serializers.Serializer[Any]):
    """The pad as a device."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()


class PadTableOutput(serializers.Serializer[Any]):
    """The table of the pad."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    seats = serializers.IntegerField()


class PadRestaurantOutput(serializers.Serializer[Any]):
    """The restaurant of the pad, with what the pad needs to write amounts and times."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    currency = serializers.CharField()
    locale = serializers.CharField()
    timezone = serializers.CharField()


class PadSessionOutput(serializers.Serializer[Any]):
    """The session of the pad: whether orders need one, and whether one is open."""

    required = serializers.BooleanField()  # type: ignore[assignment]
    open = serializers.BooleanField()


class PadSettingsOutput(serializers.Serializer[Any]):
    """The limits of the restaurant that the pad shows."""

    soon_seconds = serializers.IntegerField(help_text="Age at which a ticket turns yellow.")
    late_seconds = serializers.IntegerField(help_text="Age at which a ticket turns red.")
    heartbeat_seconds = serializers.FloatField(help_text="Time between two heartbeats of a socket.")


class PositionOutput(serializers.Serializer[Any]):
    """The head of the event log."""

    seq = serializers.IntegerField()
    epoch = serializers.CharField()


class SeatAllergiesOutput(serializers.Serializer[Any]):
    """The declared allergies of one seat."""

    seat = serializers.IntegerField()
    allergies = serializers.ListField(child=serializers.CharField())


class DeclaredOutput(serializers.Serializer[Any]):
    """The declared allergies of a party: codes that hold for everybody, and codes of single seats."""

    allergies = serializers.ListField(child=serializers.CharField())
    seats = SeatAllergiesOutput(many=True)


@shown(examples.PAD)
class PadOutput(DeclaredOutput):
    """All that a pad knows about itself."""

    device = PadDeviceOutput()
    table = PadTableOutput()
    restaurant = PadRestaurantOutput()
    session = PadSessionOutput()
    party = serializers.IntegerField(allow_null=True, help_text="Party at the table; null while the table is free.")
    settings = PadSettingsOutput()
    feed = PositionOutput()
    server_time = serializers.DateTimeField()


class TrackingStepOutput(serializers.Serializer[Any]):
    """A step that the guest sees, one for each status from `placed` to `delivered`."""

    step = serializers.ChoiceField(TRACKING)
    done = serializers.BooleanField()
    at = serializers.DateTimeField(allow_null=True)


class TrackedOrderOutput(OrderOutput):
    """An order with its tracking."""

    tracking = TrackingStepOutput(many=True)


@shown(examples.PARTY_ORDERS)
class PartyOrdersOutput(serializers.Serializer[Any]):
    """The orders of a party, and what it owes so far, without cancelled orders."""

    orders = TrackedOrderOutput(many=True)
    total = serializers.CharField()
    service = serializers.CharField(help_text="Service charge in the total, which no order has.")
    service_name = serializers.CharField(allow_blank=True)
    tax = serializers.CharField()
    taxes = TaxOutput(many=True)


@shown(examples.PARTY)
class PartyOutput(DeclaredOutput):
    """A party of guests."""

    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    table = serializers.IntegerField(allow_null=True)
    table_name = serializers.CharField(allow_blank=True)
    tables = serializers.ListField(child=serializers.IntegerField(), help_text="Tables held now, the head table first.")
    size = serializers.IntegerField(allow_null=True)
    server = serializers.IntegerField(allow_null=True, help_text="Member of staff who serves the guests.")
    status = serializers.ChoiceField(PartyStatus.choices)
    seated_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class FloorTableOutput(serializers.Serializer[Any]):
    """A table with its present state."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    section = serializers.IntegerField()
    seats = serializers.IntegerField()
    guests = serializers.IntegerField(allow_null=True, help_text="Size of the party; null without one, or if unknown.")
    party = serializers.IntegerField(allow_null=True, help_text="Party at the table; null while the table is free.")
    state = serializers.ChoiceField(list(STATES))
    state_word = serializers.CharField(help_text="The state in words.")
    since = serializers.DateTimeField(allow_null=True, help_text="Start of the state; null where it does not matter.")
    shape = serializers.ChoiceField(Table.Shape.values)
    x = serializers.IntegerField()
    y = serializers.IntegerField()
    rotation = serializers.IntegerField()


@shown(examples.FLOOR)
class FloorOutput(PositionOutput):
    """Every table, and the position of the event log that this state belongs to."""

    count = serializers.IntegerField()
    results = FloorTableOutput(many=True)


@shown(examples.CALL)
class CallOutput(serializers.Serializer[Any]):
    """A call of guests for staff."""

    id = serializers.IntegerField()
    table = serializers.IntegerField()
    table_name = serializers.CharField()
    party = serializers.IntegerField(allow_null=True)
    reason = serializers.ChoiceField(CallReason.choices)
    state = serializers.ChoiceField(["open", "taken", "closed"])
    number = serializers.IntegerField(help_text="1 for the first call of the party, 2 for the next, …")
    at = serializers.DateTimeField()
    rings = serializers.IntegerField(help_text="Rises until somebody takes the call.")
    last_rung_at = serializers.DateTimeField()
    escalation = serializers.IntegerField(
        min_value=0, max_value=2, help_text="0, 1 if everybody on the floor was called, 2 if it became an alarm."
    )
    escalated_at = serializers.DateTimeField(allow_null=True, help_text="When everybody on the floor was called.")
    taken_at = serializers.DateTimeField(allow_null=True)
    taken_by = serializers.CharField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(allow_null=True)
    withdrawn = serializers.BooleanField(help_text="The guests closed it themselves.")
