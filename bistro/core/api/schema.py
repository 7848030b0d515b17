"""The OpenAPI document, in which every operation lists its problem responses."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from bistro.core.kernel.problems import PROBLEM_TYPE


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem document (RFC 9457).

    `errors` maps input fields to messages; `current` and `allowed` come with an illegal status change.
    """

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    current = serializers.CharField(required=False)
    allowed = serializers.ListField(child=serializers.CharField(), required=False)


_ALWAYS = {"401": "No or unknown credential", "403": "Not this role", "429": "Too many requests", "503": "Overloaded"}
_WITH_BODY = {
    "400": "Cannot be parsed",
    "413": "Too large",
    "415": "Not JSON",
    "422": "Refused",
    "409": "Somebody was first",
}
_WITH_ID = {"404": "Missing, or not yours"}


class ProblemAutoSchema(AutoSchema):
    """A schema generator that adds the problem responses common to all operations (ADR 0024)."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        if direction != "response":
            return responses
        wanted = dict(_ALWAYS) if self.get_auth() else {"429": _ALWAYS["429"], "503": _ALWAYS["503"]}
        if self.method in ("POST", "PUT", "PATCH", "DELETE"):
            wanted |= _WITH_BODY
        if "{" in self.path:
            wanted |= _WITH_ID
        for status, description in wanted.items():
            if status not in responses:
                response = OpenApiResponse(ProblemSerializer, description=description)
                responses[status] = self._get_response_for_code(response, status, [PROBLEM_TYPE])
        return responses
