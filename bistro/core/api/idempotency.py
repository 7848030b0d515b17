"""The idempotency key of a request that creates something, and the fingerprint of its body."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from bistro.core.api.schema import answered
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.jsontext import dumps

LONGEST = 200
KEY_HEADER = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Makes a retry safe.")
REPLAYED = answered("Idempotent-Replayed", str, "`true`: the key was used before.", 200)


def idempotency_key(request: Request, *, required: bool) -> str | None:
    """Return the key of a request, or None. Raises InvalidInput if it is missing but required, or unacceptable."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        if required:
            message = gettext("Send an Idempotency-Key, so that a retry cannot order twice.")
            raise InvalidInput(
                message, code="idempotency_key_required", fields={"Idempotency-Key": [gettext("Required.")]}
            )
        return None
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            gettext("This Idempotency-Key is not acceptable."),
            fields={"Idempotency-Key": [gettext("At most 200 ASCII.")]},
        )
    return key


def fingerprint(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 (64 hex digits) of a body's JSON with sorted keys.

    Spacing and the order of keys do not matter.
    """
    return hashlib.sha256(dumps(_sorted(body)).encode()).hexdigest()


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
