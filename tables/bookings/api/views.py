"""The API of bookings, which QTable calls reservations (docs/contracts/qtable.md)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import expected_versions
from bistro.core.api.idempotency import KEY_HEADER, REPLAYED, fingerprint, idempotency_key
from bistro.core.api.pagination import number_param
from bistro.core.api.schema import ETAG, IF_MATCH, answered, refusal
from bistro.core.api.serializers import checked
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.once import Once
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from tables.bookings import services
from tables.bookings.access import booking_for, own_restaurant, table_ids
from tables.bookings.api.examples import ALTERNATIVES
from tables.bookings.api.serializers import (
    STATUSES,
    ReservationEdit,
    ReservationInput,
    ReservationOutput,
    tables_named,
)
from tables.bookings.models import Booking
from tables.bookings.placing import Wish
from tables.bookings.querysets import BookingQuerySet
from tables.bookings.representations import booking_json, fields_of, house_links
from tables.bookings.selectors import rules_of, tables_held, tables_of
from tables.bookings.transitions import BookingStatus, Source

MOST = 500
ONE_DAY = timedelta(days=1)
NO_BOOKING = refusal(404, "No such booking", "reservation_not_found", "There is no such booking.")
TAKEN = refusal(
    409,
    "The table or the slot is taken",
    "table_taken",
    "Table 3 is taken at that time. Free: 19:00, 22:30.",
    alternatives=ALTERNATIVES,
)
NEXT_PAGE = answered("Link", str, '`rel="next"`: the address of the next page, if there is one.', 200)


def shown(booking: Booking, status: int = 200) -> Response:
    """Return a booking with its ETag."""
    house = house_links(rules_of(booking.restaurant_id))[0]
    body = {**booking_json(booking, tables_of([booking])[booking.pk]), "house_link": house or None}
    return Response(body, status=status, headers={"ETag": f'"{booking.version}"'})


class Reservations(APIView):
    """The bookings of a restaurant."""

    subject = "Bookings"
    summary: Mapping[str, str] = {"GET": "List bookings", "POST": "Take a booking"}
    permission_classes = [requires(Permission.TAKE_BOOKING)]

    @extend_schema(
        responses=ReservationOutput(many=True),
        parameters=[
            NEXT_PAGE,
            OpenApiParameter("date", str, description="A business day; left out: from today on."),
            OpenApiParameter("status", str, description="One status; left out: all but cancelled ones.", enum=STATUSES),
            OpenApiParameter("limit", int, description="At most 500, which is the default."),
            OpenApiParameter("offset", int),
        ],
    )
    def get(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        rows = _wanted(Booking.objects.visible_to(actor), own_restaurant(actor, restaurant), request)
        limit = min(number_param(request, "limit", MOST, least=1), MOST)
        offset = number_param(request, "offset", 0, least=0)
        found = list(rows.select_related("restaurant")[offset : offset + limit + 1])
        tables = tables_of(found[:limit])
        headers = {}
        if len(found) > limit:
            query = request.query_params.copy()
            query["offset"] = str(offset + limit)
            headers["Link"] = f'<{request.build_absolute_uri("?" + query.urlencode())}>; rel="next"'
        house = house_links(rules_of(actor.restaurant_id or 0))[0]
        shown = [{**booking_json(row, tables[row.pk]), "house_link": house or None} for row in found[:limit]]
        return Response(shown, headers=headers)

    @extend_schema(
        request=ReservationInput,
        responses={201: ReservationOutput, 200: ReservationOutput, **TAKEN},
        parameters=[KEY_HEADER, ETAG, REPLAYED],
    )
    def post(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        key = idempotency_key(request, required=False)
        body = checked(request, ReservationInput)
        fields = fields_of(body)
        wish = Wish(
            starts_at=fields.pop("starts_at"),
            size=fields.pop("size"),
            ends_at=fields.pop("ends_at", None),
            tables=table_ids(actor, tables_named(body)),
            insist=body["force"],
        )
        booking, replayed = services.take_booking(
            guest=services.Guest(name=fields.pop("guest_name"), **fields),
            wish=wish,
            actor=actor,
            origin=services.Origin(Source.PHONE if actor.is_staff else Source.PROGRAM),
            once=Once(key, fingerprint(request.data)) if key else None,
        )
        answer = shown(booking, 200 if replayed else 201)
        if replayed:
            answer["Idempotent-Replayed"] = "true"
        return answer


class ReservationDetail(APIView):
    """A booking."""

    subject = "Bookings"
    summary: Mapping[str, str] = {"PUT": "Change a booking or its status", "DELETE": "Cancel a booking"}
    permission_classes = [requires(Permission.TAKE_BOOKING)]

    @extend_schema(
        request=ReservationEdit,
        responses={200: ReservationOutput, **NO_BOOKING, **TAKEN},
        parameters=[IF_MATCH, ETAG],
    )
    def put(self, request: Request, restaurant: str, uid: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        booking = booking_for(actor, uid)
        body = checked(request, ReservationEdit)
        changes: dict[str, Any] = fields_of(body)
        named = table_ids(actor, tables_named(body))
        if named and named != tables_held(booking.pk):
            changes["tables"] = named
        changed = services.change_booking(
            booking_id=booking.pk,
            changes=changes,
            status=body.get("status"),
            insist=body["force"],
            actor=actor,
            versions=expected_versions(request),
        )
        return shown(changed)

    @extend_schema(request=None, responses={204: None, **NO_BOOKING}, parameters=[IF_MATCH])
    def delete(self, request: Request, restaurant: str, uid: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        booking = booking_for(actor, uid)
        services.cancel_booking(booking_id=booking.pk, actor=actor, versions=expected_versions(request))
        return Response(status=204)


def _wanted(rows: BookingQuerySet, restaurant: Restaurant, request: Request) -> BookingQuerySet:
    """Return the bookings that the query asks for. Raises InvalidInput."""
    day, status = request.query_params.get("date", ""), request.query_params.get("status", "")
    if status and status not in STATUSES:
        raise InvalidInput(gettext("There is no such status."), fields={"status": [", ".join(STATUSES)]})
    rows = rows.filter(status=status) if status else rows.exclude(status=BookingStatus.CANCELLED)
    if not day:
        return rows.filter(starts_at__gte=restaurant.day_begins(restaurant.business_date(timezone.now())))
    try:
        wanted = date.fromisoformat(day)
        return rows.starting(restaurant.day_begins(wanted), restaurant.day_begins(wanted + ONE_DAY))
    except (ValueError, OverflowError):
        message = gettext("A date such as 2026-11-28.")
        raise InvalidInput(message, fields={"date": [message]}) from None
