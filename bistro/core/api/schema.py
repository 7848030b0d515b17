"""The OpenAPI document, in which every operation lists its problem responses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema_serializer
from rest_framework import serializers

from bistro.core.kernel.problems import PROBLEM_TYPE, problem

S = TypeVar("S", bound=serializers.Serializer[Any])

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="ETags of which one must be that of the row, or `*`. Otherwise 412.",
    examples=[OpenApiExample("An ETag", value='"3"')],
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="ETags of the answers that the client has, or `*`. 304 without a body if nothing has changed.",
    examples=[OpenApiExample("An ETag", value='"3"')],
)


def answered(name: str, kind: type, description: str, *statuses: int) -> OpenApiParameter:
    """Return the description of a header of the answers with these statuses."""
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=description, response=list(statuses))


ETAG = answered("ETag", str, "Version of the answer, for If-None-Match and If-Match.", 200, 201)
LOCATION = answered("Location", str, "Address of the new row.", 200, 201)
RETRY_AFTER = {"schema": {"type": "integer"}, "description": "Seconds after which a retry can succeed."}
_RETRIED = ("409", "429", "503")


def shown(value: Any) -> Callable[[type[S]], type[S]]:
    """Return a decorator that gives a serializer the example of all operations that take or answer it."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value)])


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem document (RFC 9457).

    `code` is for programs, `detail` for people. The keys after `detail` come with some codes only.
    """

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Messages by input field, such as `lines.0.quantity`, or by header.",
    )
    current = serializers.CharField(required=False, help_text="Present status, with an illegal status change.")
    allowed = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Statuses that may follow the present one."
    )
    current_version = serializers.IntegerField(required=False, help_text="Version of the row, with 412.")
    item = serializers.IntegerField(required=False, help_text="Dish that is sold out or paused.")
    portions_left = serializers.IntegerField(required=False, help_text="Portions that can still be ordered.")
    paused_until = serializers.DateTimeField(required=False, help_text="End of the pause.")
    orders = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Numbers of the orders that are in the way."
    )
    table = serializers.IntegerField(required=False, help_text="Table that is taken.")
    party = serializers.IntegerField(required=False, help_text="Party that sits there.")
    due = serializers.CharField(required=False, help_text="Amount of the bill that can be paid.")
    reserved = serializers.CharField(required=False, help_text="Amount that payments under way have taken.")
    till = serializers.IntegerField(required=False, help_text="Till of this person that is open already.")
    closing = serializers.IntegerField(required=False, help_text="Closing that has this time already.")
    number = serializers.IntegerField(required=False, help_text="Number of that closing.")
    state = serializers.CharField(required=False, help_text="State of the till now.")
    seats = serializers.IntegerField(required=False, help_text="Seats that there are for a party that is too large.")
    index = serializers.IntegerField(required=False, help_text="Place of the update of a batch that failed.")
    alternatives = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Nearest times at which a booking has room."
    )
    snapshot = serializers.CharField(required=False, help_text="Address to read instead, with 410.")
    seq = serializers.IntegerField(required=False, help_text="Head of the event log, with 410.")
    epoch = serializers.CharField(required=False, help_text="Epoch of the event log, with 410.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem response as the document describes it: code and detail make its example."""

    description: str
    code: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def response(self, status: str) -> OpenApiResponse:
        """Return the description of the response with this status."""
        value = problem(int(status), self.detail, self.code, **self.more)
        return OpenApiResponse(ProblemSerializer, self.description, [OpenApiExample("Example", value=value)])


def refusal(status: int, description: str, code: str, detail: str, **more: Any) -> dict[Any, Any]:
    """Return the entry of `responses` for a status that only this operation answers."""
    return {(status, PROBLEM_TYPE): Refusal(description, code, detail, more).response(str(status))}


_REQUIRED = {"errors": {"lines.0.quantity": ["This field is required."]}}
_ALWAYS = {
    "400": Refusal("Cannot be parsed", "parse_error", "This is not valid JSON: Expecting value."),
    "406": Refusal("Not available in the wanted media type", "not_acceptable", "Ask for application/json."),
    "429": Refusal("Too many requests", "throttled", "Too many requests. Try again in 3 s."),
    "500": Refusal("A fault of the server", "server_error", "Something went wrong on the server."),
    "503": Refusal("Overloaded, or the database is unavailable", "overloaded", "Too busy. Try again in 1 s."),
}
_WITH_CREDENTIAL = {
    "401": Refusal("No or unknown credential", "not_authenticated", "Send a credential."),
    "403": Refusal("Not this role", "permission_denied", "Your role cannot do this."),
}
_WITH_BODY = {
    "409": Refusal("Somebody was first", "conflict", "Somebody else did this first."),
    "413": Refusal("Too large", "body_too_large", "The body is too large."),
    "415": Refusal("Not JSON", "unsupported_media_type", "Send application/json."),
    "422": Refusal("Refused", "validation_error", "lines.0.quantity: This field is required.", _REQUIRED),
}
_WITH_ID = {"404": Refusal("Missing, or not yours", "not_found", "There is nothing here.")}
_WITH_PARAMETERS = {
    "422": Refusal("A parameter or header is not acceptable", "validation_error", "limit: Not a number.")
}
_WITH_IF_MATCH = {
    "412": Refusal("Somebody changed the row", "precondition_failed", "Somebody changed it.", {"current_version": 4})
}


class ProblemAutoSchema(AutoSchema):
    """A schema generator that adds the responses which follow from an operation's input (ADR 0024).

    A view names its subject (the tag) and its summary, or its summaries by method.
    """

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "subject", "")]

    def get_summary(self) -> str | None:
        summary = getattr(self.view, "summary", None)
        return summary.get(self.method) if isinstance(summary, Mapping) else summary

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)
        if getattr(serializer, "refuses_unknown_fields", False):
            schema["additionalProperties"] = False
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        if direction != "response":
            return responses
        names = {parameter["name"]: parameter["in"] for parameter in self._get_parameters()}
        if IF_NONE_MATCH.name in names:
            etag = {"schema": {"type": "string"}, "description": "ETag of the present answer."}
            responses["304"] = {"description": "Nothing has changed", "headers": {"ETag": etag}}
        for status, refused in self._problems(names).items():
            if status not in responses:
                responses[status] = self._get_response_for_code(refused.response(status), status, [PROBLEM_TYPE])
            if status in _RETRIED:
                responses[status].setdefault("headers", {})["Retry-After"] = RETRY_AFTER
        return dict(sorted(responses.items()))

    def _problems(self, parameters: dict[str, str]) -> dict[str, Refusal]:
        """Return {status: refusal} of the problems that an operation with these parameters can answer."""
        wanted = dict(_ALWAYS)
        if self.get_auth():
            wanted |= _WITH_CREDENTIAL
        if self.method in ("POST", "PUT", "PATCH", "DELETE"):
            wanted |= _WITH_BODY
        if "path" in parameters.values():
            wanted |= _WITH_ID
        if {"query", "header"} & set(parameters.values()):
            wanted = _WITH_PARAMETERS | wanted
        if IF_MATCH.name in parameters:
            wanted |= _WITH_IF_MATCH
        return wanted
