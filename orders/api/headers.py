"""The idempotency key of a request that places an order, and the headers of its answer."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from bistro.core.api.schema import answered
from bistro.core.kernel.errors import InvalidInput
from orders.services import PlacedOrder

LONGEST = 200
REPLAYED = answered("Idempotent-Replayed", str, "`true`: the key was used before.", 200)


def idempotency_key(request: Request, *, required: bool) -> str | None:
    """Return the key of a request, or None. Raises InvalidInput if it is missing but required, or unacceptable."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        if required:
            message = "Send an Idempotency-Key, so that a retry cannot order twice."
            raise InvalidInput(message, code="idempotency_key_required", fields={"Idempotency-Key": ["Required."]})
        return None
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            "This Idempotency-Key is not acceptable.", fields={"Idempotency-Key": ["At most 200 ASCII."]}
        )
    return key


def placed_response(placed: PlacedOrder, body: dict[str, Any]) -> Response:
    """Return 201 for a new order, or 200 with `Idempotent-Replayed: true` for a repeated key."""
    headers = {"ETag": f'"{placed.json["version"]}"', "Location": f"/api/v1/orders/{placed.id}"}
    if placed.replayed:
        return Response(body, status=200, headers={**headers, "Idempotent-Replayed": "true"})
    return Response(body, status=201, headers=headers)
