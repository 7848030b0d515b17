"""Serializers that all APIs share. Input serializers only check types; output serializers only document them."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from bistro.core.api import examples
from bistro.core.api.schema import shown
from bistro.core.kernel.texts import clean_text

MOST_UNKNOWN = 20  # unknown fields named in a refusal, because a body can contain a hundred thousand


class StrictSerializer(serializers.Serializer[Any]):
    """An input serializer that refuses unknown fields, such as a price or status from the client."""

    refuses_unknown_fields = True  # for the OpenAPI document

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(str(name) for name in data if name not in self.fields) if isinstance(data, dict) else []
        errors: dict[str, Any] = {name: ["Unknown field."] for name in unknown[:MOST_UNKNOWN]}
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**errors, **error.detail}) from None  # type: ignore[dict-item]
        if errors:
            raise serializers.ValidationError(errors)
        return found


def checked(request: Request, shape: type[StrictSerializer]) -> Mapping[str, Any]:
    """Return the body of a request. Raises ValidationError for a wrong shape."""
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    return body.validated_data


class LineOfText(serializers.CharField):
    """A line of free text, cleaned. Numbers and booleans are refused."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(gettext("Not a text."))
        return str(super().to_internal_value(clean_text(data)))


class StrictInteger(serializers.IntegerField):
    """A JSON integer. Refuses "3", 3.0 and true."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            raise serializers.ValidationError(gettext("Not a whole number."))
        return int(super().to_internal_value(data))


class StrictBoolean(serializers.BooleanField):
    """A JSON boolean. Refuses "true", "on" and 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError(gettext("Neither true nor false."))
        return data


@extend_schema_field(OpenApiTypes.DATETIME)
class StrictTime(serializers.CharField):
    """An ISO 8601 time with offset, such as 2025-04-27T18:30:00+02:00, returned in UTC."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            moment = parse_datetime(super().to_internal_value(data))
            if moment is not None and is_aware(moment):
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise serializers.ValidationError(gettext("A time with offset such as 2025-04-27T18:30:00+02:00."))


@shown(examples.LOGIN)
class LoginInput(StrictSerializer):
    """E-mail and password of a login; `restaurantId` (UUID) chooses one of several restaurants.

    `code` is needed only for a login with a second factor: six digits of the phone, or a recovery code.
    """

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    restaurantId = serializers.UUIDField(required=False)
    code = serializers.CharField(max_length=40, required=False)


@shown(examples.REFRESH)
class RefreshInput(StrictSerializer):
    """A refresh token."""

    refresh_token = serializers.CharField(max_length=4096)


@shown(examples.REGISTRATION)
class RegisterInput(StrictSerializer):
    """A new login: with a `role` by an owner or manager, or with an `invitation`."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    name = LineOfText(max_length=120, required=False, default="", allow_blank=True)
    role = serializers.CharField(max_length=12, required=False)
    invitation = serializers.CharField(max_length=100, required=False)


class UserRestaurantOutput(serializers.Serializer[Any]):
    """A restaurant in which a login has a membership."""

    id = serializers.UUIDField()
    restaurantId = serializers.IntegerField()
    name = serializers.CharField()
    role = serializers.CharField()


@shown(examples.USER)
class UserOutput(serializers.Serializer[Any]):
    """A login as the staff app shows it."""

    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    restaurantId = serializers.UUIDField(allow_null=True)
    restaurants = UserRestaurantOutput(many=True)


class OwnRestaurantOutput(serializers.Serializer[Any]):
    """The restaurant of a credential."""

    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    name = serializers.CharField()


@shown(examples.ME)
class MeOutput(UserOutput):
    """The own login with its restaurant, null until one is chosen."""

    restaurant = OwnRestaurantOutput(allow_null=True)


@shown(examples.TOKENS)
class TokenOutput(serializers.Serializer[Any]):
    """The response to a login."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    user = UserOutput()


@shown(examples.SOCKET_PASS)
class SocketTicketOutput(serializers.Serializer[Any]):
    """A single-use pass for one socket, valid for `expires_in` seconds."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField()


@shown(examples.CODE)
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


@shown(examples.DEVICE_TOKEN)
class EnrolOutput(serializers.Serializer[Any]):
    """A device token, which is shown only once."""

    token = serializers.CharField()
    device = DeviceOutput(required=False)


@shown(examples.HEARTBEAT)
class HeartbeatInput(StrictSerializer):
    """A report of a pad. Absent fields were not reported."""

    firmware = LineOfText(max_length=40, required=False, default="")
    digest = LineOfText(max_length=128, required=False, default="", help_text="Digest of the running software.")
    tamper = StrictBoolean(required=False, default=False, help_text="True when the case was opened.")
    battery = StrictInteger(
        min_value=0,
        max_value=100,
        required=False,
        default=None,
        allow_null=True,
        help_text="Battery level in percent, if known.",
    )


@shown(examples.HEARTBEAT_ANSWER)
class HeartbeatOutput(serializers.Serializer[Any]):
    """The response to a pad's report.

    `reason` is `tamper` or `digest` (unexpected software), empty while not locked; `message` is for the guests. If
    `menu_version` differs from the pad's own, the pad must read the menu again.
    """

    locked = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    server_time = serializers.DateTimeField()
    menu_version = serializers.CharField()


@shown(examples.EVENT)
class EventOutput(serializers.Serializer[Any]):
    """An event of the log in the envelope for programs."""

    type = serializers.CharField()
    action = serializers.CharField()
    subject = serializers.CharField(help_text="Kind and id of the row, such as `order:17`.")
    restaurant_id = serializers.UUIDField()
    timestamp = serializers.DateTimeField()
    seq = serializers.IntegerField()
    epoch = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class SocketsOutput(serializers.Serializer[Any]):
    """The open sockets of the process that answers."""

    open = serializers.IntegerField()
    audiences = serializers.IntegerField()


class FeedHeadOutput(serializers.Serializer[Any]):
    """The head of the restaurant's event log."""

    epoch = serializers.CharField()
    seq = serializers.IntegerField()


@shown(examples.DEBUG)
class DebugOutput(serializers.Serializer[Any]):
    """Facts about the server, without secrets and paths."""

    status = serializers.CharField()
    port = serializers.IntegerField()
    version = serializers.CharField()
    python = serializers.CharField()
    django = serializers.CharField()
    server = serializers.CharField()
    pid = serializers.IntegerField()
    database = serializers.CharField()
    layer = serializers.CharField()
    sockets = SocketsOutput()
    feed = FeedHeadOutput()
