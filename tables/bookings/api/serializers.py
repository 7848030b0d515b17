"""Bodies of the calls about bookings. Keys are camelCase, as QTable's clients expect them."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictBoolean, StrictInteger, StrictSerializer, StrictTime
from tables.bookings.api import examples
from tables.bookings.transitions import BookingStatus

STATUSES = [status.value for status in BookingStatus if status != BookingStatus.REQUESTED]


class _Wishes(StrictSerializer):
    """The keys that a new and a changed reservation have in common."""

    phone = LineOfText(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    language = LineOfText(max_length=12, required=False, allow_blank=True, help_text="Of the guests, e.g. `de`.")
    endsAt = StrictTime(required=False, help_text="Follows from the usual stay unless given.")
    tableId = serializers.UUIDField(required=False, allow_null=True, help_text="The server chooses if left out.")
    tableIds = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=20, help_text="Several tables in place of `tableId`."
    )
    notes = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    occasion = LineOfText(max_length=60, required=False, allow_blank=True)
    force = StrictBoolean(
        required=False, default=False, help_text="A host overrides opening hours, pacing and the number of seats."
    )


@shown(examples.NEW_RESERVATION)
class ReservationInput(_Wishes):
    """A new booking."""

    guestName = LineOfText(max_length=120)
    partySize = StrictInteger(min_value=1, max_value=500)
    startsAt = StrictTime()


@shown(examples.CHANGED_RESERVATION)
class ReservationEdit(_Wishes):
    """Any part of a booking. `id`, `createdAt`, `delayMinutes`, `deposit`, `link` and `house_link` are ignored."""

    id = serializers.UUIDField(required=False)
    createdAt = StrictTime(required=False)
    delayMinutes = StrictInteger(required=False)
    deposit = serializers.DictField(required=False, allow_null=True)
    link = serializers.URLField(required=False)
    house_link = serializers.URLField(required=False, allow_null=True)
    guestName = LineOfText(max_length=120, required=False)
    partySize = StrictInteger(min_value=1, max_value=500, required=False)
    startsAt = StrictTime(required=False)
    status = serializers.ChoiceField(STATUSES, required=False)


class DepositOutput(serializers.Serializer[Any]):
    """The deposit that a booking needs."""

    amount = serializers.CharField()
    payUntil = serializers.DateTimeField(allow_null=True, help_text="Unpaid then, the booking is cancelled.")
    paidAt = serializers.DateTimeField(allow_null=True)
    refundableUntil = serializers.DateTimeField(allow_null=True, help_text="Cancelled later, the house keeps it.")


@shown(examples.RESERVATION)
class ReservationOutput(serializers.Serializer[Any]):
    """A booking."""

    id = serializers.UUIDField()
    guestName = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    partySize = serializers.IntegerField()
    startsAt = serializers.DateTimeField()
    endsAt = serializers.DateTimeField()
    status = serializers.ChoiceField(STATUSES)
    tableId = serializers.UUIDField(allow_null=True)
    tableIds = serializers.ListField(child=serializers.UUIDField())
    notes = serializers.CharField(allow_blank=True)
    occasion = serializers.CharField(allow_blank=True)
    createdAt = serializers.DateTimeField()
    delayMinutes = serializers.IntegerField(help_text="Minutes by which the guests said that they come later.")
    deposit = DepositOutput(allow_null=True, help_text="Deposit of the booking, null where it needs none.")
    link = serializers.URLField(help_text="Page of the guest, where the booking can be moved and cancelled.")
    house_link = serializers.URLField(allow_null=True, help_text="Page on which guests book, null while it is closed.")


def tables_named(body: Mapping[str, Any]) -> list[Any]:
    """Return the uids of the tables that a body names, none if the server shall choose."""
    if body.get("tableIds"):
        return list(body["tableIds"])
    return [body["tableId"]] if body.get("tableId") else []
