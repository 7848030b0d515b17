"""Conditional requests (RFC 9110): ETag, If-None-Match and If-Match."""

import hashlib
import re
from typing import Any

from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.numbers import whole_number

ANY = "*"
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_EACH = re.compile(_TAG)


def etag_of(*parts: Any) -> str:
    """Return a weak ETag of the values that a response depends on."""
    return f'W/"{hashlib.sha256(dumps(parts).encode()).hexdigest()[:24]}"'


def not_modified(request: Request, etag: str) -> Response | None:
    """Return a 304 response if the client has the current representation. Raises InvalidInput."""
    known = _tags(request, "If-None-Match")
    if known is not None and (known == [ANY] or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in known}):
        return Response(status=304, headers={"ETag": etag})
    return None


def expected_versions(request: Request) -> frozenset[int] | None:
    """Return the versions of which If-Match names the ETags, None without If-Match or with `*`.

    A weak ETag or an ETag of something else names no version. Raises InvalidInput for a malformed header.
    """
    tags = _tags(request, "If-Match")
    if tags is None or tags == [ANY]:
        return None
    versions = {tag: whole_number(tag.strip('"')) for tag in tags}
    return frozenset(version for tag, version in versions.items() if version is not None and tag == f'"{version}"')


def expected_digests(request: Request) -> frozenset[str] | None:
    """Return the versions of rows whose version is a digest, of which If-Match names the strong ETags.

    None without If-Match or with `*`. Raises InvalidInput for a malformed header.
    """
    tags = _tags(request, "If-Match")
    if tags is None or tags == [ANY]:
        return None
    return frozenset(tag.strip('"') for tag in tags if tag.startswith('"'))


def _tags(request: Request, name: str) -> list[str] | None:
    """Return the ETags of a header, None without the header. Raises InvalidInput if it is malformed."""
    header = request.headers.get(name)
    if header is None:
        return None
    header = header.strip()
    if header == ANY:
        return [ANY]
    if not _LIST.fullmatch(header):
        message = gettext('Send "*" or ETags in double quotes, separated by commas.')
        raise InvalidInput(
            gettext("%(name)s is malformed. %(message)s") % {"name": name, "message": message}, fields={name: [message]}
        )
    return _EACH.findall(header)
