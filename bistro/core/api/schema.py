"""The OpenAPI document, in which every operation lists its problem responses."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema_serializer
from rest_framework import serializers

from bistro.core.kernel.problems import PROBLEM_TYPE, problem

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


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A refusal",
            value=problem(
                422,
                "quantity: This field is required.",
                "validation_error",
                errors={"quantity": ["This field is required."]},
            ),
        )
    ]
)
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
    snapshot = serializers.CharField(required=False, help_text="Address to read instead, with 410.")
    seq = serializers.IntegerField(required=False, help_text="Head of the event log, with 410.")
    epoch = serializers.CharField(required=False, help_text="Epoch of the event log, with 410.")


def refusal(status: int, description: str) -> dict[Any, Any]:
    """Return the entry of `responses` for a status that only this operation answers."""
    return {(status, PROBLEM_TYPE): OpenApiResponse(ProblemSerializer, description=description)}


_ALWAYS = {
    "400": "Cannot be parsed",
    "406": "Not available in the wanted media type",
    "429": "Too many requests",
    "500": "A fault of the server",
    "503": "Overloaded, or the database is unavailable",
}
_WITH_CREDENTIAL = {"401": "No or unknown credential", "403": "Not this role"}
_WITH_BODY = {
    "409": "Somebody was first",
    "413": "Too large",
    "415": "Not JSON",
    "422": "Refused",
}
_WITH_ID = {"404": "Missing, or not yours"}
_WITH_PARAMETERS = {"422": "A parameter is not acceptable"}
_WITH_IF_MATCH = {"412": "Somebody changed the row"}


class ProblemAutoSchema(AutoSchema):
    """A schema generator that adds the responses which follow from an operation's input (ADR 0024).

    A view names its subject (the tag), and the summary of its only operation.
    """

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "subject", "")]

    def get_summary(self) -> str | None:
        return getattr(self.view, "summary", None)

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        if direction != "response":
            return responses
        names = {parameter["name"]: parameter["in"] for parameter in self._get_parameters()}
        if IF_NONE_MATCH.name in names:
            responses["304"] = {"description": "Nothing has changed"}
        for status, description in self._problems(names).items():
            if status not in responses:
                response = OpenApiResponse(ProblemSerializer, description=description)
                responses[status] = self._get_response_for_code(response, status, [PROBLEM_TYPE])
        return dict(sorted(responses.items()))

    def _problems(self, parameters: dict[str, str]) -> dict[str, str]:
        """Return {status: description} of the problems that an operation with these parameters can answer."""
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
