"""ETag, If-None-Match and If-Match."""

import hashlib
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from bistro.core.kernel.errors import InvalidInput, Stale
from bistro.core.kernel.jsontext import dumps


def etag_of(*parts: Any) -> str:
    """A weak ETag of what an answer depends on."""
    return f'W/"{hashlib.sha256(dumps(parts).encode()).hexdigest()[:24]}"'


def not_modified(request: Request, etag: str) -> Response | None:
    """304 when the client has this already."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    if etag.removeprefix("W/") in known:
        return Response(status=304, headers={"ETag": etag})
    return None


def expected_version(request: Request) -> int | None:
    """The version of If-Match, None without one (or `*`). Raises InvalidInput for anything else."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    version = header.removeprefix("W/").strip('"')
    if not version.isdecimal() or len(version) > 9:
        raise InvalidInput("If-Match must be the ETag of the row.", fields={"If-Match": ["Not a version."]})
    return int(version)


def require_match(request: Request, version: int) -> None:
    """Raise Stale (412) unless If-Match names this version or is absent. A service checks again under its lock."""
    wanted = expected_version(request)
    if wanted is not None and wanted != version:
        raise Stale("Someone changed this. Load it again.", current_version=version)
