"""Serializers of the kitchen API; `kitchen.representations` writes the output."""

from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import StrictInteger, StrictSerializer
from bistro.core.kernel.order_kinds import OrderKind
from kitchen.api import examples
from orders.api.serializers import ConflictOutput


@shown(examples.STATION)
class PushInput(StrictSerializer):
    """The target station of a push."""

    station = StrictInteger(min_value=1, max_value=2**63 - 1)


@shown(examples.RECALL)
class RecallInput(StrictSerializer):
    """The choice to start the ticket's age again from now."""

    restart_timer = serializers.BooleanField(default=False)


@shown(examples.READ)
class ReadInput(StrictSerializer):
    """The version of the ticket that was read; without it, the present one."""

    version = StrictInteger(min_value=1, max_value=2**31 - 1, required=False)


@shown(examples.PLATED)
class PlateInput(StrictSerializer):
    """The tick of a dish on the pass."""

    plated = serializers.BooleanField()


class VoidedLineOutput(serializers.Serializer[Any]):
    """A line that was removed from a ticket, kept until a cook acknowledges it."""

    line = serializers.IntegerField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    modifiers = serializers.ListField(child=serializers.CharField())
    allergies = serializers.ListField(child=serializers.CharField())


class TicketLineOutput(serializers.Serializer[Any]):
    """A line of a ticket; `line` is the order line's id."""

    id = serializers.IntegerField()
    line = serializers.IntegerField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    modifiers = serializers.ListField(child=serializers.CharField())
    allergies = serializers.ListField(child=serializers.CharField())
    conflicts = ConflictOutput(many=True)
    seat = serializers.IntegerField(allow_null=True)
    course = serializers.IntegerField()
    status = serializers.CharField()
    changed = serializers.BooleanField()
    added = serializers.BooleanField(help_text="Added after the kitchen received the ticket.")
    unrouted = serializers.BooleanField(help_text="No route matches; the catch-all station cooks it.")
    start_at = serializers.DateTimeField(
        allow_null=True, help_text="Time to start, so that the course finishes together."
    )
    plated_at = serializers.DateTimeField(allow_null=True, help_text="Time when the dish was put on the pass.")


@shown(examples.TICKET)
class TicketOutput(serializers.Serializer[Any]):
    """The lines of an order at one station."""

    id = serializers.IntegerField()
    order = serializers.IntegerField()
    number = serializers.IntegerField()
    table = serializers.IntegerField(allow_null=True)
    table_name = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(OrderKind.choices)
    pickup_at = serializers.DateTimeField(allow_null=True)
    station = serializers.IntegerField()
    station_name = serializers.CharField()
    status = serializers.CharField()
    fired_at = serializers.DateTimeField()
    fired_course = serializers.IntegerField(
        allow_null=True, help_text="Held course that opened the ticket when it was fired."
    )
    seen_at = serializers.DateTimeField(allow_null=True)
    seen_on = serializers.CharField(allow_blank=True)
    unseen_at = serializers.DateTimeField(
        allow_null=True, help_text="Time of the alarm that no screen of the station has shown the ticket."
    )
    started_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = serializers.CharField(allow_blank=True)
    done_on = serializers.CharField(allow_blank=True, help_text="Board on which the ticket was bumped.")
    aged_from = serializers.DateTimeField(help_text="Start of the ticket's age.")
    held_at = serializers.DateTimeField(allow_null=True)
    alert_at = serializers.DateTimeField(allow_null=True, help_text="Time of the oldest unread change.")
    recalled_at = serializers.DateTimeField(allow_null=True)
    recalls = serializers.IntegerField()
    voided = VoidedLineOutput(many=True)
    lines = TicketLineOutput(many=True)
    version = serializers.IntegerField()


class StationLoadOutput(serializers.Serializer[Any]):
    """The present load of one station.

    `backlog_seconds` is the time until the turn of a dish ordered now; averages are of the last hour.
    """

    id = serializers.IntegerField()
    name = serializers.CharField()
    cooks = serializers.IntegerField()
    at_once = serializers.IntegerField(help_text="Dishes that one cook makes at the same time.")
    open_tickets = serializers.IntegerField()
    backlog_seconds = serializers.IntegerField()
    average_seconds = serializers.IntegerField(allow_null=True)
    target_seconds = serializers.IntegerField()


class QuoteOutput(serializers.Serializer[Any]):
    """The minutes a dish ordered now would take."""

    item = serializers.IntegerField()
    minutes = serializers.IntegerField()


@shown(examples.LOAD)
class LoadOutput(serializers.Serializer[Any]):
    """The load of the kitchen. Pads get no stations."""

    pads_paused_until = serializers.DateTimeField(allow_null=True)
    average_seconds = serializers.IntegerField(
        allow_null=True, help_text="Average time of the last hour's tickets; null for pads."
    )
    target_seconds = serializers.IntegerField(allow_null=True, help_text="Target time of the same tickets.")
    stations = StationLoadOutput(many=True)
    items = QuoteOutput(many=True)


class FiguresOutput(serializers.Serializer[Any]):
    """Number, times, late ones and recalls of a group."""

    count = serializers.IntegerField()
    p50_seconds = serializers.IntegerField(allow_null=True)
    p90_seconds = serializers.IntegerField(allow_null=True)
    late_share = serializers.FloatField(help_text="Share from 0 to 1.")
    recalls = serializers.IntegerField()


class HourOutput(FiguresOutput):
    """The figures of one hour of the restaurant's clock."""

    hour = serializers.IntegerField()


class CookOutput(FiguresOutput):
    """The figures of one cook, by name."""

    name = serializers.CharField()
    hours = HourOutput(many=True)


class GroupOutput(CookOutput):
    """The figures of one station or item."""

    id = serializers.IntegerField()


@shown(examples.REPORT)
class ReportOutput(FiguresOutput):
    """The report of the business days from `from` to `to`."""

    to = serializers.DateField()
    complete = serializers.BooleanField()
    hours = HourOutput(many=True)
    stations = GroupOutput(many=True)
    items = GroupOutput(many=True)
    cooks = CookOutput(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Add the field `from`, a keyword of Python."""
        return {"from": serializers.DateField(), **super().get_fields()}
