"""The JSON of the figures of the business day, as the API's description shows it."""

from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.dashboard import examples


class TicketFiguresOutput(serializers.Serializer[Any]):
    """Tickets that the kitchen has not finished, and orders that wait on the pass."""

    open = serializers.IntegerField()
    late = serializers.IntegerField(help_text="Open for longer than the restaurant's limit.")
    ready = serializers.IntegerField()


class TableFiguresOutput(serializers.Serializer[Any]):
    """Tables in service."""

    all = serializers.IntegerField()
    taken = serializers.IntegerField()


class BackupFiguresOutput(serializers.Serializer[Any]):
    """The newest backup: `at` is null without one, `every_seconds` is 0 if the product makes none."""

    at = serializers.DateTimeField(allow_null=True)
    every_seconds = serializers.IntegerField()
    late = serializers.BooleanField()


class AlarmOutput(serializers.Serializer[Any]):
    """Something that staff must handle now."""

    cause = serializers.CharField()
    table = serializers.CharField(help_text="Empty for an alarm without a table.")
    text = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField()


class TaskOutput(serializers.Serializer[Any]):
    """Something that waits for a manager."""

    code = serializers.CharField()
    count = serializers.IntegerField()
    text = serializers.CharField()
    url = serializers.CharField()


@shown(examples.TODAY)
class DayFiguresOutput(serializers.Serializer[Any]):
    """The figures of the admin's front page. `orders` and `sales` have the keys today, yesterday and last_week."""

    day = serializers.DateField()
    at = serializers.DateTimeField()
    currency = serializers.CharField()
    orders = serializers.DictField(child=serializers.IntegerField())
    sales = serializers.DictField(child=serializers.CharField())
    tickets = TicketFiguresOutput()
    tables = TableFiguresOutput()
    backup = BackupFiguresOutput()
    alarms = AlarmOutput(many=True)
    to_do = TaskOutput(many=True)
