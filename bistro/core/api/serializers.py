"""Shapes that every API of the product uses. Input serializers only check shape; output ones only document it."""

import re
import unicodedata
from typing import Any

from rest_framework import serializers

# Invisible characters that turn text around or hide it; a kitchen must read what stands there.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

MOST_UNKNOWN = 20  # are named: of a hundred thousand an answer would be made for seconds, and be larger than the body


class StrictSerializer(serializers.Serializer[Any]):
    """Input that refuses what it does not know, so that a price or status smuggled in is an error."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(str(name) for name in data if name not in self.fields)
            if unknown:
                raise serializers.ValidationError({name: ["Unknown field."] for name in unknown[:MOST_UNKNOWN]})
        return super().to_internal_value(data)


class LineOfText(serializers.CharField):
    """Free text on one line: no control or invisible characters, trimmed. Numbers and booleans are not text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Not a text.")
        text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in data)
        return str(super().to_internal_value(_INVISIBLE.sub("", text).strip()))


class StrictInteger(serializers.IntegerField):
    """A JSON integer: not "3", 3.0 or true."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            raise serializers.ValidationError("Not a whole number.")
        return int(super().to_internal_value(data))


class StrictBoolean(serializers.BooleanField):
    """A JSON boolean: not "true", "on" or 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Neither true nor false.")
        return data


class LoginInput(StrictSerializer):
    """CONTRACT C's login; `restaurantId` (uid) chooses where, when the login works in several."""

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    restaurantId = serializers.UUIDField(required=False)


class RefreshInput(StrictSerializer):
    """A refresh token."""

    refresh_token = serializers.CharField(max_length=4096)


class RegisterInput(StrictSerializer):
    """By an owner or manager with `role`, or by anybody with an `invitation`."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    name = LineOfText(max_length=120, required=False, default="", allow_blank=True)
    role = serializers.CharField(max_length=12, required=False)
    invitation = serializers.CharField(max_length=100, required=False)


class UserRestaurantOutput(serializers.Serializer[Any]):
    """One place where a login works."""

    id = serializers.UUIDField()
    restaurantId = serializers.IntegerField()
    name = serializers.CharField()
    role = serializers.CharField()


class UserOutput(serializers.Serializer[Any]):
    """A login as the staff app shows it."""

    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    restaurantId = serializers.UUIDField(allow_null=True)
    restaurants = UserRestaurantOutput(many=True)


class TokenOutput(serializers.Serializer[Any]):
    """CONTRACT C's login answer."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    user = UserOutput()


class SocketTicketOutput(serializers.Serializer[Any]):
    """A single-use pass for one socket, good for `expires_in` seconds."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField()


class EnrolInput(StrictSerializer):
    """A one-time code."""

    code = serializers.CharField(max_length=40)
    firmware = LineOfText(max_length=40, required=False, default="", allow_blank=True)


class DeviceOutput(serializers.Serializer[Any]):
    """A device without its secrets."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    restaurant = serializers.UUIDField()


class EnrolOutput(serializers.Serializer[Any]):
    """The token is told once."""

    token = serializers.CharField()
    device = DeviceOutput(required=False)


class HeartbeatInput(StrictSerializer):
    """What a pad says of itself. Every field may be absent: then it was not said."""

    firmware = LineOfText(max_length=40, required=False, default="")
    digest = LineOfText(max_length=128, required=False, default="", help_text="Of the software that runs.")
    tamper = StrictBoolean(required=False, default=False, help_text="The case was opened.")
    battery = StrictInteger(
        min_value=0,
        max_value=100,
        required=False,
        default=None,
        allow_null=True,
        help_text="Percent, where it is known.",
    )


class HeartbeatOutput(serializers.Serializer[Any]):
    """What a pad is told. `reason` is `tamper` or `digest` (other software than expected), empty while not locked;
    `message` is what it shows to guests then. Another `menu_version` than its own: read the menu again."""

    locked = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    server_time = serializers.DateTimeField()
    menu_version = serializers.CharField()


class EventOutput(serializers.Serializer[Any]):
    """One event of the log in the programs' envelope."""

    type = serializers.CharField()
    action = serializers.CharField()
    subject = serializers.CharField()
    timestamp = serializers.DateTimeField()
    seq = serializers.IntegerField()
    epoch = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]
