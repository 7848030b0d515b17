"""Parts that the APIs of bills and tills share: the key of a request, and the answer to a new row."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from bistro.core.api.idempotency import fingerprint, idempotency_key
from orders.services import Once


def once_of(request: Request) -> Once | None:
    """Return the key of a request with the fingerprint of its address and body without PINs; None without a key."""
    key = idempotency_key(request, required=False)
    body = request.data if isinstance(request.data, Mapping) else {}
    if not key:
        return None
    sent = {name: body[name] for name in body if name != "approval"}
    return Once(key, fingerprint({**sent, "": request.path}))


def created(body: Mapping[str, Any], location: str, replayed: bool) -> Response:
    """Return 201 for a new row, or 200 with `Idempotent-Replayed: true` for a repeated key."""
    headers = {"Location": location}
    if replayed:
        return Response(body, status=200, headers={**headers, "Idempotent-Replayed": "true"})
    return Response(body, status=201, headers=headers)
