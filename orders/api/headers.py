"""The answer to a request that places an order."""

from typing import Any

from rest_framework.response import Response

from orders.services import PlacedOrder


def placed_response(placed: PlacedOrder, body: dict[str, Any]) -> Response:
    """Return 201 for a new order, or 200 with `Idempotent-Replayed: true` for a repeated key."""
    headers = {"ETag": f'"{placed.json["version"]}"', "Location": f"/api/v1/orders/{placed.id}"}
    if placed.replayed:
        return Response(body, status=200, headers={**headers, "Idempotent-Replayed": "true"})
    return Response(body, status=201, headers=headers)
