"""RFC 9457 problem documents: the one form in which programs hear of an error."""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

PROBLEM_TYPE = "application/problem+json"


def problem(status: int, detail: str, code: str, **more: Any) -> dict[str, Any]:
    """Return a problem document. `more` are members of its own: errors by field, current and allowed statuses."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }


def problem_response(status: int, detail: str, code: str, **more: Any) -> JsonResponse:
    """Answer with a problem document where no API view does."""
    return JsonResponse(problem(status, detail, code, **more), status=status, content_type=PROBLEM_TYPE)
