"""Bodies of the calls of QTable. Keys are camelCase, as its clients expect them."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictBoolean, StrictInteger, StrictSerializer
from orders.qtable import examples
from orders.qtable.steps import AVAILABLE, GUEST_STATUSES, OCCUPIED, OUT_OF_SERVICE, RESERVED
from tables.bookings.api.serializers import ReservationEdit
from tables.models import Table
from tables.stay_steps import MOST_GUESTS
from tables.waitlist.quoting import FARTHEST

TABLE_STATUSES = [AVAILABLE, OCCUPIED, RESERVED, OUT_OF_SERVICE]
MOST_UPDATES = 200
SAME = "May come along and changes nothing."


@shown(examples.NEW_GUEST)
class GuestInput(StrictSerializer):
    """A party that waits, or with status `seated` and `tableId` one that is seated at once."""

    guestName = LineOfText(max_length=120, allow_blank=True)
    phone = LineOfText(max_length=40, required=False, allow_blank=True)
    partySize = StrictInteger(min_value=1, max_value=MOST_GUESTS)
    status = serializers.ChoiceField(["waiting", "seated"], required=False)
    tableId = serializers.UUIDField(required=False, allow_null=True)
    notes = LineOfText(max_length=500, required=False, allow_blank=True)
    quotedMinutes = StrictInteger(
        min_value=0, max_value=FARTHEST, required=False, help_text="Computed by the server if left out."
    )
    force = StrictBoolean(required=False, default=False, help_text="More guests than seats, which a host may decide.")


@shown(examples.SEATED)
class GuestEdit(StrictSerializer):
    """Any part of a guest."""

    id = serializers.UUIDField(required=False, help_text=SAME)
    guestName = LineOfText(max_length=120, required=False, allow_blank=True)
    phone = LineOfText(max_length=40, required=False, allow_blank=True)
    partySize = StrictInteger(min_value=1, max_value=MOST_GUESTS, required=False, allow_null=True)
    status = serializers.ChoiceField(GUEST_STATUSES, required=False)
    tableId = serializers.UUIDField(required=False, allow_null=True)
    notes = LineOfText(max_length=500, required=False, allow_blank=True)
    quotedMinutes = StrictInteger(min_value=0, required=False, allow_null=True, help_text="Kept as it was given.")
    arrivedAt = serializers.DateTimeField(required=False, allow_null=True, help_text=SAME)
    seatedAt = serializers.DateTimeField(required=False, allow_null=True, help_text=SAME)
    force = StrictBoolean(required=False, default=False)


@shown(examples.GUEST)
class GuestOutput(serializers.Serializer[Any]):
    """A party as the floor app's guest."""

    id = serializers.UUIDField()
    guestName = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    partySize = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(GUEST_STATUSES)
    tableId = serializers.UUIDField(allow_null=True)
    notes = serializers.CharField(allow_blank=True)
    quotedMinutes = serializers.IntegerField(allow_null=True)
    arrivedAt = serializers.DateTimeField(allow_null=True)
    seatedAt = serializers.DateTimeField(allow_null=True)


class _TableFacts(StrictSerializer):
    """The keys that a new and a changed table have in common."""

    shape = serializers.ChoiceField(Table.Shape.values, required=False)
    x = StrictInteger(min_value=0, max_value=10_000, required=False)
    y = StrictInteger(min_value=0, max_value=10_000, required=False)
    rotation = StrictInteger(min_value=-360, max_value=360, required=False)
    status = serializers.ChoiceField(TABLE_STATUSES, required=False)


@shown(examples.NEW_TABLE)
class TableInput(_TableFacts):
    """A new table."""

    name = LineOfText(max_length=60)
    capacity = StrictInteger(min_value=1, max_value=MOST_GUESTS)
    section = LineOfText(max_length=60)


@shown(examples.TABLE_STATUS)
class TableEdit(_TableFacts):
    """Any part of a table."""

    id = serializers.UUIDField(required=False, help_text=SAME)
    name = LineOfText(max_length=60, required=False)
    capacity = StrictInteger(min_value=1, max_value=MOST_GUESTS, required=False)
    section = LineOfText(max_length=60, required=False)


@shown(examples.TABLE)
class TableOutput(serializers.Serializer[Any]):
    """A table with its status."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    capacity = serializers.IntegerField()
    status = serializers.ChoiceField(TABLE_STATUSES)
    shape = serializers.ChoiceField(Table.Shape.values)
    x = serializers.IntegerField()
    y = serializers.IntegerField()
    rotation = serializers.IntegerField()
    section = serializers.CharField()


SHAPES: dict[str, type[StrictSerializer]] = {"guest": GuestEdit, "table": TableEdit, "reservation": ReservationEdit}


class UpdateInput(StrictSerializer):
    """An update of a batch: `data` has any part of the guest, table or reservation."""

    entity = serializers.ChoiceField(list(SHAPES))
    id = serializers.UUIDField()
    data = serializers.DictField()  # type: ignore[assignment]

    def validate(self, attrs: Any) -> Any:
        body = SHAPES[attrs["entity"]](data=attrs["data"])
        if not body.is_valid():
            raise serializers.ValidationError({"data": body.errors})
        return {**attrs, "data": body.validated_data}


@shown(examples.BATCH)
class BatchInput(StrictSerializer):
    """Updates that are all made, or none."""

    updates = UpdateInput(many=True, allow_empty=False, max_length=MOST_UPDATES)  # type: ignore[call-arg]

    def validate_updates(self, updates: list[Any]) -> list[Any]:
        named = [(update["entity"], update["id"]) for update in updates]
        again = next((place for place, name in enumerate(named) if name in named[:place]), None)
        if again is not None:
            message = gettext("Name each guest, table and reservation once.")
            raise serializers.ValidationError([*({} for _ in range(again)), {"id": [message]}])
        return updates


@shown(examples.BATCH_DONE)
class BatchOutput(serializers.Serializer[Any]):
    """The number of updates, and the number of their last event."""

    updated = serializers.IntegerField()
    seq = serializers.IntegerField()


@shown(examples.SYNC)
class SyncOutput(serializers.Serializer[Any]):
    """The events since a number, or with `snapshot` the whole room."""

    seq = serializers.IntegerField()
    epoch = serializers.CharField()
    events = serializers.ListField(child=serializers.DictField(), required=False)
    snapshot = serializers.DictField(required=False)


@shown(examples.DASHBOARD)
class DashboardOutput(serializers.Serializer[Any]):
    """The numbers of the house now. `sales` has the orders of the business day before comps."""

    restaurantId = serializers.UUIDField()
    at = serializers.DateTimeField()
    guests = serializers.DictField(child=serializers.IntegerField())
    tables = serializers.DictField(child=serializers.IntegerField())
    reservations = serializers.DictField(child=serializers.IntegerField())
    orders = serializers.DictField(child=serializers.IntegerField())
    sales = serializers.DictField(child=serializers.CharField())
