"""The calls of the floor app QTable, except those about bookings (docs/contracts/qtable.md)."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from bistro.core.api.conditional import expected_versions
from bistro.core.api.idempotency import KEY_HEADER, REPLAYED, fingerprint, idempotency_key
from bistro.core.api.pagination import number_param
from bistro.core.api.problems import field_errors
from bistro.core.api.schema import ETAG, IF_MATCH, answered, refusal
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.errors import InvalidInput, Malformed
from bistro.core.kernel.once import Once
from bistro.core.kernel.roles import Permission
from bistro.core.live import event_log
from orders.api.parties import checked
from orders.qtable import serializers, services
from orders.qtable.access import own_restaurant, party_of_guest, table_uid
from orders.qtable.feed import messages
from orders.qtable.selectors import MOST, dashboard, guests_today, snapshot, tables_json, tables_of
from tables.models import Party
from tables.transitions import PartyStatus
from tables.waitlist.representations import guest_json
from tables.waitlist.selectors import guests_of

Sought = OpenApiParameter
NEXT = answered("Link", str, '`rel="next"`: the address of the next page, if there is one.', 200)
PAGE = [Sought("limit", int, description="At most 500."), Sought("offset", int), NEXT]
TAKEN = refusal(409, "Guests sit there, or it is kept", "table_taken", "Guests sit at Table 2 already.")
NO_GUEST = refusal(404, "No such guest", "guest_not_found", "There is no such guest.")
NO_TABLE = refusal(404, "No such table", "table_not_found", "There is no such table.")
NO_RESTAURANT = refusal(404, "Not yours", "restaurant_not_found", "There is no such restaurant.")
GONE = [PartyStatus.COMPLETED, PartyStatus.LEFT, PartyStatus.NO_SHOW]


def page_of(request: Request, rows: QuerySet[Any], as_json: Callable[[list[Any]], list[dict[str, Any]]]) -> Response:
    """Return a page of rows as a bare array, with a `Link` to the next page if there is one."""
    limit = min(number_param(request, "limit", MOST, least=1), MOST)
    offset = number_param(request, "offset", 0, least=0)
    found = list(rows[offset : offset + limit + 1])
    headers = {}
    if len(found) > limit:
        address = replace_query_param(request.build_absolute_uri(), "offset", offset + limit)
        headers["Link"] = f'<{address}>; rel="next"'
    return Response(as_json(found[:limit]), headers=headers)


def guest_response(party: Party, request: Request, status: int = 200) -> Response:
    """Return a party as it is now, with its ETag."""
    party = party_of_guest(api_actor(request), str(party.uid))
    return Response(guest_json(party), status=status, headers={"ETag": f'"{party.version}"'})


class Guests(APIView):
    """The parties that wait or sit here, and those of the business day that are gone."""

    subject = "Room"
    summary = {"GET": "List guests", "POST": "Add a guest"}
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(
        parameters=[
            Sought("search", str, description="Part of a name or phone number."),
            Sought("status", str, enum=["waiting", "seated", "completed"]),
            Sought("tableId", UUID),
            *PAGE,
        ],
        responses={200: serializers.GuestOutput(many=True), **NO_RESTAURANT},
    )
    def get(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        here = own_restaurant(actor, restaurant)
        rows = _with_status(guests_of(actor), guests_today(actor, here), request.query_params.get("status"))
        if table := request.query_params.get("tableId"):
            rows = rows.filter(table__uid=_uid(table, "tableId"))
        if typed := request.query_params.get("search", "").strip():
            rows = rows.named_like(typed)  # type: ignore[attr-defined]
        return page_of(request, rows, lambda parties: [guest_json(party) for party in parties])

    @extend_schema(
        request=serializers.GuestInput,
        responses={201: serializers.GuestOutput, 200: serializers.GuestOutput, **TAKEN},
        parameters=[KEY_HEADER, ETAG, REPLAYED],
    )
    def post(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        key = idempotency_key(request, required=False)
        body = checked(request, serializers.GuestInput)
        once = Once(key, fingerprint(request.data)) if key else None
        party, replayed = services.add_guest(body=body, actor=actor, once=once)
        answer = guest_response(party, request, 200 if replayed else 201)
        if replayed:
            answer["Idempotent-Replayed"] = "true"
        return answer


class GuestDetail(APIView):
    """A party. PUT takes any part of it; DELETE takes it off the list or clears its table."""

    subject = "Room"
    summary = {"PUT": "Change a guest", "DELETE": "Remove a guest"}
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(
        request=serializers.GuestEdit,
        responses={200: serializers.GuestOutput, **NO_GUEST, **TAKEN},
        parameters=[IF_MATCH, ETAG],
    )
    def put(self, request: Request, restaurant: str, uid: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        guest_uid = party_of_guest(actor, uid).uid
        body, versions = checked(request, serializers.GuestEdit), expected_versions(request)
        return guest_response(services.change_guest(uid=guest_uid, body=body, actor=actor, versions=versions), request)

    @extend_schema(request=None, responses={204: None, **NO_GUEST})
    def delete(self, request: Request, restaurant: str, uid: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        services.remove_guest(uid=party_of_guest(actor, uid).uid, actor=actor)
        return Response(status=204)


class RoomTables(APIView):
    """The tables in use with their status. Managers add tables."""

    subject = "Room"
    summary = {"GET": "List tables", "POST": "Add a table"}
    permission_classes = [requires(Permission.READ_ORDERS)]  # the service requires more for a new table

    @extend_schema(parameters=PAGE, responses={200: serializers.TableOutput(many=True), **NO_RESTAURANT})
    def get(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        return page_of(request, tables_of(actor), lambda rows: tables_json(actor, rows))

    @extend_schema(request=serializers.TableInput, responses={201: serializers.TableOutput})
    def post(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        table = services.new_table(body=checked(request, serializers.TableInput), actor=actor)
        return Response(tables_json(actor, [table])[0], status=201)


class RoomTableDetail(APIView):
    """A table. PUT takes any part: hosts and waiters its status, managers the rest. DELETE takes it out of use."""

    subject = "Room"
    summary = {"PUT": "Change a table", "DELETE": "Remove a table"}
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(request=serializers.TableEdit, responses={200: serializers.TableOutput, **NO_TABLE, **TAKEN})
    def put(self, request: Request, restaurant: str, uid: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        known = table_uid(actor, uid)
        body = {key: value for key, value in checked(request, serializers.TableEdit).items() if key != "id"}
        table = services.change_table(uid=known, body=body, actor=actor)
        return Response(tables_json(actor, [table])[0])

    @extend_schema(request=None, responses={204: None, **NO_TABLE})
    def delete(self, request: Request, restaurant: str, uid: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        services.remove_table(uid=table_uid(actor, uid), actor=actor)
        return Response(status=204)


class BatchUpdate(APIView):
    """Changes of guests, tables and reservations, all made or none. A refusal carries the `index` of the update."""

    subject = "Room"
    summary = "Change guests, tables and reservations together"
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(request=serializers.BatchInput, responses={200: serializers.BatchOutput, **TAKEN})
    def post(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        own_restaurant(actor, restaurant)
        updates = [_update(update) for update in _checked_updates(request)]
        return Response({"updated": len(updates), "seq": services.apply_batch(updates=updates, actor=actor)})


class Sync(APIView):
    """The events after `since`, or the whole room when `since` is 0 or too old."""

    subject = "Room"
    summary = "Catch up"
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(
        parameters=[Sought("since", int, required=True), Sought("epoch", str)],
        responses={200: serializers.SyncOutput, **NO_RESTAURANT},
    )
    def get(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        here, since = own_restaurant(actor, restaurant), number_param(request, "since", 0, least=0)
        now = event_log.position(here.pk)
        cursor = event_log.Position(request.query_params.get("epoch", now.epoch), since)
        if since == 0 or event_log.too_far_behind(cursor, now):
            return Response(snapshot(actor, here, now))
        rows = [event for event in event_log.events_after(here.pk, since) if event.seq <= now.seq]
        found = [message for _seq, message in messages(rows, here.uid, now.epoch, named=True)]
        return Response({"seq": now.seq, "epoch": now.epoch, "events": found})


class Dashboard(APIView):
    """The numbers of the house now."""

    subject = "Room"
    summary = "Read the dashboard"
    permission_classes = [requires(Permission.WATCH_FLOOR)]

    @extend_schema(responses={200: serializers.DashboardOutput, **NO_RESTAURANT})
    def get(self, request: Request, restaurant: str) -> Response:
        actor = api_actor(request)
        return Response(dashboard(actor, own_restaurant(actor, restaurant)))


class DashboardData(Dashboard):
    """The same numbers at the address of the app's older versions."""

    summary = "Read the dashboard's data"


def _with_status(every: Any, today: Any, status: str | None) -> Any:
    """Return the parties with a status, those that are gone newest first; without one today's. Raises InvalidInput."""
    if not status:
        return today
    if status == "completed":
        return every.filter(status__in=GONE).order_by("-pk")
    if status in (PartyStatus.WAITING, PartyStatus.SEATED):
        return every.filter(status=status).order_by("pk")
    message = gettext("One of waiting, seated and completed.")
    raise InvalidInput(message, fields={"status": [message]})


def _uid(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        message = gettext("Not a UUID.")
        raise InvalidInput(message, fields={name: [message]}) from None


def _checked_updates(request: Request) -> list[Mapping[str, Any]]:
    """Return the updates of a batch. Raises Malformed, with the `index` of the first one that has a wrong shape."""
    body = serializers.BatchInput(data=request.data)
    if body.is_valid():
        return list(body.validated_data["updates"])
    errors = field_errors(body.errors)
    places = [int(place) for key in errors if (place := key.removeprefix("updates.").partition(".")[0]).isdecimal()]
    field, messages = next(iter(errors.items()))
    refusal = Malformed(f"{field}: {messages[0]}", fields=errors)
    if places:
        refusal.extra["index"] = min(places)
    raise refusal


def _update(update: Mapping[str, Any]) -> services.Update:
    body = {key: value for key, value in update["data"].items() if key != "id"}
    return services.Update(update["entity"], update["id"], body)
