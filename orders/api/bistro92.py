"""The calls of the Bistro92 pads (docs/contracts/bistro92.md)."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import etag_of, not_modified
from bistro.core.api.idempotency import REPLAYED
from bistro.core.api.pagination import number_param
from bistro.core.api.schema import ETAG, IF_NONE_MATCH, LOCATION, answered, refusal
from bistro.core.auth.access import api_actor, restaurant_of
from bistro.core.auth.authentication import TOKEN_ONLY
from bistro.core.auth.rate_limits import OrderThrottle
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from orders.api.filters import since_param
from orders.api.headers import placed_response
from orders.api.serializers import PadOrderInput, PadOrderOutput, PadOrderRow
from orders.api.whole_body import BY_NAME, place_from
from orders.models import Order
from orders.querysets import OrderQuerySet
from orders.representations import order_detail, pad_json

LIMIT = 500
NEXT_PAGE = answered("Link", str, '`rel="next"`: the address of the next page, if there is one.', 200)
WITHDRAWN = refusal(404, "The key belongs to a withdrawn order", "order_not_found", "This order was withdrawn.")


class PadOrderView(APIView):
    """The call that places an order by item names. `Idempotency-Key` makes a retry safe: it returns 200."""

    subject = "Orders"
    summary = "Place an order by names"
    authentication_classes = TOKEN_ONLY
    throttle_classes = [OrderThrottle]

    @extend_schema(
        request=PadOrderInput,
        responses={201: PadOrderOutput, 200: PadOrderOutput, **WITHDRAWN},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER), ETAG, LOCATION, REPLAYED],
    )
    def post(self, request: Request) -> Response:
        placed = place_from(request, PadOrderInput, BY_NAME, key_required=False)
        return placed_response(placed, pad_json(placed.json))


class PadOrdersView(APIView):
    """Orders as a bare array, newest first, at most 500.

    A pad sees all orders of its party, staff and integrations the restaurant's orders of the business day.
    """

    subject = "Orders"
    summary = "List the orders of the business day"
    authentication_classes = TOKEN_ONLY

    @extend_schema(
        responses=PadOrderRow(many=True),
        parameters=[
            IF_NONE_MATCH,
            ETAG,
            NEXT_PAGE,
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
            OpenApiParameter("fields", str, description="Only these keys, e.g. `id,table`."),
            OpenApiParameter("since", str, description="ISO 8601 time."),
        ],
    )
    def get(self, request: Request) -> Response:
        actor = api_actor(request)
        limit = min(number_param(request, "limit", LIMIT, least=1), LIMIT)
        offset = number_param(request, "offset", 0, least=0)
        rows, since = _rows(actor), since_param(request)
        rows = rows.since(since) if since else rows
        found = list(rows.with_lines()[offset : offset + limit + 1])
        orders = [pad_json(order_detail(order)) for order in found[:limit]]
        etag = etag_of([[order["id"], order["version"]] for order in orders], request.get_full_path())
        unchanged = not_modified(request, etag)
        if unchanged is not None:
            return unchanged
        headers = {"ETag": etag}
        if len(found) > limit:
            address = request.build_absolute_uri(f"?{_query(request, offset + limit)}")
            headers["Link"] = f'<{address}>; rel="next"'
        return Response(_only(orders, request.query_params.get("fields", "")), headers=headers)


def _rows(actor: Actor) -> OrderQuerySet:
    """Return the orders of this call, newest first. A party may sit on while the business day ends."""
    rows = Order.objects.visible_to(actor)
    if actor.may(Permission.READ_ORDERS):
        return rows.of_day(restaurant_of(actor).business_date(timezone.now())).order_by("-number")
    return rows.order_by("-pk")


def _query(request: Request, offset: int) -> str:
    query = request.query_params.copy()
    query["offset"] = str(offset)
    return query.urlencode()


def _only(orders: list[dict[str, Any]], fields: str) -> list[dict[str, Any]]:
    wanted = {name.strip() for name in fields.split(",") if name.strip()}
    return [{key: order[key] for key in order if key in wanted} for order in orders] if wanted else orders
