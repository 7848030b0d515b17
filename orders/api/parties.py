"""The API of parties (docs/contracts/floor.md). Its ETag is the party's version; writes take If-Match."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import expected_versions, not_modified
from bistro.core.api.idempotency import KEY_HEADER, REPLAYED, fingerprint, idempotency_key
from bistro.core.api.schema import ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, refusal
from bistro.core.api.serializers import StrictSerializer, checked
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission
from orders import services
from orders.access import order_for, party_for
from orders.api.outputs import PartyOutput
from orders.api.party_inputs import JoinInput, MoveInput, MoveLinesInput, PartInput, PartyEdit, PartyInput, line_shares
from orders.api.serializers import AllergiesInput, OrderOutput
from orders.api.whole_body import read_body
from orders.representations import order_detail
from tables.models import Party
from tables.representations import party_json

TAKEN = refusal(409, "Other guests sit there", "table_taken", "Guests sit at Table 2 already. Choose another table.")

NO_TABLE = refusal(404, "No such table", "table_not_found", "There is no such table.")


def party_response(party: Party, status: int = 200) -> Response:
    """Return a party with its ETag."""
    return Response(party_json(party), status=status, headers={"ETag": f'"{party.version}"'})


class Parties(APIView):
    """The call that seats a party at a free table."""

    subject = "Floor"
    summary = "Seat a party"
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(
        request=PartyInput,
        responses={201: PartyOutput, 200: PartyOutput, **TAKEN, **NO_TABLE},
        parameters=[KEY_HEADER, ETAG, LOCATION, REPLAYED],
    )
    def post(self, request: Request) -> Response:
        key = idempotency_key(request, required=False)
        body = checked(request, PartyInput)
        wish: dict[str, Any] = {"table_id": body["table"], "size": body["size"], "server_id": body.get("server")}
        wish |= {"insist": body["insist"], "actor": api_actor(request)}
        if key is None:
            party, replayed = services.seat_party(**wish), False
        else:
            once = services.Once(key, fingerprint(request.data))
            party, replayed = services.seat_party_once(once=once, **wish)
        answer = party_response(party, 200 if replayed else 201)
        answer["Location"] = f"/api/v1/parties/{party.pk}"
        if replayed:
            answer["Idempotent-Replayed"] = "true"
        return answer


class PartyDetail(APIView):
    """A party. PATCH changes its number of guests or its server."""

    subject = "Floor"

    permission_classes = [requires(Permission.READ_ORDERS)]  # the service requires more for a change

    @extend_schema(summary="Read a party", responses=PartyOutput, parameters=[IF_NONE_MATCH, ETAG])
    def get(self, request: Request, pk: int) -> Response:
        party = party_for(api_actor(request), pk)
        return not_modified(request, f'"{party.version}"') or party_response(party)

    @extend_schema(summary="Change a party", request=PartyEdit, responses=PartyOutput, parameters=[IF_MATCH, ETAG])
    def patch(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        party_for(actor, pk)
        body = checked(request, PartyEdit)
        changes = {name: body[name] for name in ("size", "server") if name in body}
        party = services.change_party(
            party_id=pk, changes=changes, insist=body["insist"], actor=actor, versions=expected_versions(request)
        )
        return party_response(party)


class MoveParty(APIView):
    """The call that moves a party to a table, where it then sits alone. All its orders follow."""

    subject = "Floor"
    summary = "Move a party"
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(request=MoveInput, responses={200: PartyOutput, **TAKEN}, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, pk: int) -> Response:
        return _rearranged(request, pk, services.move_party, MoveInput)


class JoinTable(APIView):
    """The call that joins a free table to those of a party, or with `party` the guests who sit there."""

    subject = "Floor"
    summary = "Join a table to a party"
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(request=JoinInput, responses={200: PartyOutput, **TAKEN}, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, pk: int) -> Response:
        return _rearranged(request, pk, _join, JoinInput)


class PartTable(APIView):
    """The call that parts a table from a party, which stays at its other tables. With `guests` others stay there."""

    subject = "Floor"
    summary = "Part a table from a party"
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(request=PartInput, responses=PartyOutput, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, pk: int) -> Response:
        return _rearranged(request, pk, _part, PartInput)


class MoveLines(APIView):
    """The call that moves lines of an order to another table or party. Answers the order that has them now."""

    subject = "Orders"
    summary = "Move lines to another table"
    permission_classes = [requires(Permission.SEAT_TABLE)]

    @extend_schema(request=MoveLinesInput, responses=OrderOutput, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        order_for(actor, pk)
        body = checked(request, MoveLinesInput)
        moved = services.move_lines(
            order_id=pk,
            lines=line_shares(body["lines"]),
            table_id=body.get("table"),
            party_id=body.get("party"),
            actor=actor,
            versions=expected_versions(request),
        )
        order = order_for(actor, moved.pk)
        return Response(order_detail(order), headers={"ETag": f'"{order.version}"'})


class PartyAllergies(APIView):
    """The call that replaces the declared allergies of a seat or of the whole party. Open orders follow."""

    subject = "Floor"
    summary = "Declare allergies of guests"
    permission_classes = [requires(Permission.DECLARE_ALLERGIES)]

    @extend_schema(request=AllergiesInput, responses=PartyOutput)
    def post(self, request: Request, pk: int) -> Response:
        refusals = Refusals()
        body = read_body(request, AllergiesInput, refusals)
        party = services.declare_allergies(party_id=pk, actor=api_actor(request), **body, problems=refusals.found)
        return Response(party_json(party))


def _join(*, party: int | None = None, **wish: Any) -> Party:
    return services.join_table(**wish) if party is None else services.join_parties(other_id=party, **wish)


def _part(*, guests: bool, **wish: Any) -> Party:
    return services.separate_guests(**wish) if guests else services.part_table(**wish)


def _rearranged(request: Request, pk: int, service: Any, shape: type[StrictSerializer]) -> Response:
    actor = api_actor(request)
    party_for(actor, pk)
    body = dict(checked(request, shape))
    table = body.pop("table")
    return party_response(
        service(party_id=pk, table_id=table, actor=actor, versions=expected_versions(request), **body)
    )
