"""Problem documents (RFC 9457): the format of every refusal that a program reads."""

from http import HTTPStatus
from typing import Any

PROBLEM_TYPE = "application/problem+json"


def problem(status: int, detail: str, code: str, **more: Any) -> dict[str, Any]:
    """Return a problem document. `more` adds members: errors by field, current and allowed statuses."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
