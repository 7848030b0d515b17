"""Conditional requests: ETag, If-None-Match and If-Match."""

import hashlib
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.numbers import whole_number


def etag_of(*parts: Any) -> str:
    """Return a weak ETag of the values that a response depends on."""
    return f'W/"{hashlib.sha256(dumps(parts).encode()).hexdigest()[:24]}"'


def not_modified(request: Request, etag: str) -> Response | None:
    """Return a 304 response if the client has the current representation."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    if etag.removeprefix("W/") in known:
        return Response(status=304, headers={"ETag": etag})
    return None


def expected_version(request: Request) -> int | None:
    """Return the version of If-Match, None without one (or `*`). Raises InvalidInput for anything else."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    version = whole_number(header.removeprefix("W/").strip('"'), most=999_999_999)
    if version is None:
        raise InvalidInput("If-Match must be the ETag of the row.", fields={"If-Match": ["Not a version."]})
    return version
