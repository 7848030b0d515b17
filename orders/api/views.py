"""Orders under `/api/v1` (docs/contracts/lunchify.md).

Each view checks access, calls a service and returns the order.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import expected_versions, not_modified
from bistro.core.api.idempotency import REPLAYED
from bistro.core.api.pagination import Pages, PagesWithoutCursor
from bistro.core.api.schema import ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, refusal
from bistro.core.auth.access import api_actor, request_actor, requires, restaurant_of
from bistro.core.auth.rate_limits import CredentialThrottle, OrderThrottle
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission
from bistro.core.models import Membership, Restaurant
from orders import services
from orders.access import order_for
from orders.api import serializers
from orders.api.filters import OrderFilter
from orders.api.headers import placed_response
from orders.api.serializers import line_request
from orders.api.whole_body import BY_ID, place_from, read_body
from orders.models import Order
from orders.representations import order_detail, recent_row
from orders.selectors import recent_lines

KEY_HEADER = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Required for devices.")
NO_TABLE = refusal(404, "No such table, or the key's order was withdrawn", "table_not_found", "There is no such table.")
MINUTES = OpenApiParameter("minutes", int, description="Length of the time until now, 1 to 1,440. Default: 60.")


class OrderList(GenericAPIView[Order]):
    """Orders that the credential may see, newest first. POST places an order."""

    subject = "Orders"
    summary: str | Mapping[str, str] = {"GET": "List orders", "POST": "Place an order"}
    serializer_class = serializers.OrderOutput
    pagination_class = Pages
    filterset_class = OrderFilter

    def get_throttles(self) -> list[Any]:
        return [OrderThrottle()] if self.request.method == "POST" else [CredentialThrottle()]

    def get_queryset(self) -> QuerySet[Order]:
        rows: QuerySet[Order] = Order.objects.visible_to(request_actor(self.request)).with_lines()
        return rows.order_by("-pk")

    @extend_schema(responses=serializers.OrderOutput(many=True))
    def get(self, request: Request, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([order_detail(order) for order in page])

    @extend_schema(
        request=serializers.OrderInput,
        responses={201: serializers.OrderOutput, 200: serializers.OrderOutput, **NO_TABLE},
        parameters=[KEY_HEADER, ETAG, LOCATION, REPLAYED],
    )
    def post(self, request: Request) -> Response:
        of_device = api_actor(request).kind == "device"
        placed = place_from(request, serializers.OrderInput, BY_ID, key_required=of_device)
        return placed_response(placed, placed.json)


class OrdersOfRestaurant(OrderList):
    """The orders of a restaurant, which must be the credential's own."""

    summary = "List the orders of a restaurant"
    http_method_names = ["get", "head", "options"]

    def get_queryset(self) -> QuerySet[Order]:
        actor = request_actor(self.request)
        if actor is None:  # also while the OpenAPI schema is generated
            return super().get_queryset()
        if actor.restaurant_id is None or self.kwargs["restaurant_id"] not in _names_of(restaurant_of(actor)):
            raise NotYours(gettext("There is no such restaurant."), code="restaurant_not_found")
        return super().get_queryset()


def _names_of(restaurant: Restaurant) -> tuple[str, str]:
    """Return the two ids of a restaurant that an address may contain: its integer id and its uid."""
    return str(restaurant.pk), str(restaurant.uid)


class OrdersOfUser(OrderList):
    """Orders that one member of staff placed. Pads may not read it, because it reveals the restaurant's staff."""

    summary = "List the orders that a person placed"
    permission_classes = [requires(Permission.READ_ORDERS)]
    http_method_names = ["get", "head", "options"]

    def get_queryset(self) -> QuerySet[Order]:
        actor = request_actor(self.request)
        if actor is None:  # also while the OpenAPI schema is generated
            return super().get_queryset()
        user_id = self.kwargs["user_id"]
        members = Membership.objects.visible_to(actor).filter(staff_id=user_id)
        if user_id >= 2**63 or not members.exists():
            raise NotYours(gettext("There is no such member of staff."), code="user_not_found")
        return super().get_queryset().filter(placed_by_staff_id=user_id)


class OrderDetail(APIView):
    """An order. Its ETag is its version; PUT and DELETE take If-Match (412 if it is stale)."""

    subject = "Orders"

    @extend_schema(summary="Read an order", responses=serializers.OrderOutput, parameters=[IF_NONE_MATCH, ETAG])
    def get(self, request: Request, pk: int) -> Response:
        order = order_for(api_actor(request), pk)
        etag = _etag(order)
        return not_modified(request, etag) or Response(order_detail(order), headers={"ETag": etag})

    @extend_schema(
        summary="Replace the lines of an order",
        request=serializers.OrderEdit,
        responses=serializers.OrderOutput,
        parameters=[IF_MATCH, ETAG],
    )
    def put(self, request: Request, pk: int) -> Response:
        """Replace the lines while none is started.

        A line with the `id` of an existing line changes that line. It keeps name, unit price, tax components and
        choices as they were sold; what is added is sold at today's price.
        """
        actor = api_actor(request)
        order_for(actor, pk)
        refusals, versions = Refusals(), None
        with refusals:
            versions = expected_versions(request)
        body = read_body(request, serializers.OrderEdit, refusals)
        services.replace_lines(
            order_id=pk,
            lines=[line_request(line) for line in body["lines"]],
            note=body.get("note"),
            actor=actor,
            versions=versions,
            problems=refusals.found,
        )
        return _show(actor, pk)

    @extend_schema(
        summary="Change the pick-up of an order",
        request=serializers.PickupInput,
        responses=serializers.OrderOutput,
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change the pick-up time or the name of a take-away or counter order.

        An order that waits for its time waits for the new one; without a time, or if it is due, the kitchen gets it.
        """
        actor = api_actor(request)
        order_for(actor, pk)
        body = serializers.PickupInput(data=request.data)
        body.is_valid(raise_exception=True)
        services.change_pickup(order_id=pk, actor=actor, versions=expected_versions(request), **body.validated_data)
        return _show(actor, pk)

    @extend_schema(summary="Withdraw an order", responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, pk: int) -> Response:
        """Withdraw the order while no line is started. Only its own credential or a manager may do this."""
        actor = api_actor(request)
        order_for(actor, pk)
        services.withdraw_order(order_id=pk, actor=actor, versions=expected_versions(request))
        return Response(status=204)


def _etag(order: Order) -> str:
    return f'"{order.version}"'


def _show(actor: Actor, pk: int) -> Response:
    order = order_for(actor, pk)
    return Response(order_detail(order), headers={"ETag": _etag(order)})


class ConfirmOrder(APIView):
    """The call that confirms a placed order. A confirmed order stays unchanged and returns 200."""

    subject = "Orders"
    summary = "Confirm an order"
    permission_classes = [requires(Permission.CONFIRM_ORDER)]

    @extend_schema(request=None, responses=serializers.OrderOutput, parameters=[ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        order_for(actor, pk)
        services.confirm_order(order_id=pk, actor=actor)
        return _show(actor, pk)


class CancelOrder(APIView):
    """The call that cancels an order with a reason. Counted portions return if no line was started."""

    subject = "Orders"
    summary = "Cancel an order"
    permission_classes = [requires(Permission.CANCEL_ORDER)]

    @extend_schema(request=serializers.CancelInput, responses=serializers.OrderOutput, parameters=[ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        order_for(actor, pk)
        body = serializers.CancelInput(data=request.data)
        body.is_valid(raise_exception=True)
        services.cancel_order(order_id=pk, reason=body.validated_data["reason"], actor=actor)
        return _show(actor, pk)


class DeliverOrder(APIView):
    """The call that marks a ready order delivered. It returns to preparing while a later course is not served."""

    subject = "Orders"
    summary = "Deliver an order"
    permission_classes = [requires(Permission.DELIVER_ORDER)]

    @extend_schema(request=None, responses=serializers.OrderOutput, parameters=[ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        order_for(actor, pk)
        services.deliver_order(order_id=pk, actor=actor)
        return _show(actor, pk)


class FireCourse(APIView):
    """The call that fires a held course: 409 if it was fired already, 422 if the order has no such course."""

    subject = "Orders"
    summary = "Fire a course"
    permission_classes = [requires(Permission.FIRE_COURSE)]

    @extend_schema(request=serializers.FireInput, responses=serializers.OrderOutput, parameters=[ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        order_for(actor, pk)
        body = serializers.FireInput(data=request.data)
        body.is_valid(raise_exception=True)
        services.fire_course(order_id=pk, course=body.validated_data["course"], actor=actor)
        return _show(actor, pk)


class SendOrder(APIView):
    """The call that sends everything on hold, or waiting for its pick-up time, to the kitchen now."""

    subject = "Orders"
    summary = "Send what waits to the kitchen"
    permission_classes = [requires(Permission.FIRE_COURSE)]

    @extend_schema(request=None, responses=serializers.OrderOutput, parameters=[ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        order_for(actor, pk)
        services.send_order(order_id=pk, actor=actor)
        return _show(actor, pk)


class PlanCourse(APIView):
    """The call that plans a held course to fire after `minutes`. `null` removes the plan."""

    subject = "Orders"
    summary = "Plan when a course fires"
    permission_classes = [requires(Permission.FIRE_COURSE)]

    @extend_schema(request=serializers.PlanInput, responses=serializers.OrderOutput, parameters=[ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        order_for(actor, pk)
        body = serializers.PlanInput(data=request.data)
        body.is_valid(raise_exception=True)
        services.plan_course(order_id=pk, actor=actor, **body.validated_data)
        return _show(actor, pk)


class RecentLines(GenericAPIView[Order]):
    """Lines of the orders of the last `?minutes=60` (at most a day), newest first, paginated."""

    subject = "Orders"
    summary = "List the recently ordered lines"
    permission_classes = [requires(Permission.READ_ORDERS)]
    pagination_class = PagesWithoutCursor  # several lines share the time and id of one order: a cursor could skip lines
    filter_backends: list[Any] = []

    @extend_schema(parameters=[MINUTES], responses=serializers.RecentRow(many=True))
    def get(self, request: Request) -> Response:
        minutes = whole_number(request.query_params.get("minutes", "60"), least=1, most=1440)
        if minutes is None:
            raise InvalidInput(
                gettext("“minutes” must be between 1 and 1440."), fields={"minutes": [gettext("Between 1 and 1440.")]}
            )
        rows = recent_lines(api_actor(request), minutes=minutes, now=timezone.now())
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([recent_row(row) for row in page])
