"""The API of tills and closings (docs/contracts/tills.md)."""

from decimal import Decimal

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.idempotency import KEY_HEADER, REPLAYED
from bistro.core.api.pagination import Pages
from bistro.core.api.schema import LOCATION, refusal
from bistro.core.api.serializers import checked
from bistro.core.auth.access import api_actor, request_actor, requires
from bistro.core.kernel.roles import Permission
from orders.billing.api.requests import created, once_of
from orders.till import services
from orders.till.access import closing_for, till_for
from orders.till.api.serializers import (
    CloseInput,
    ClosingInput,
    ClosingOutput,
    CountInput,
    HandOverInput,
    TillInput,
    TillMoveInput,
    TillMoveOutput,
    TillOutput,
)
from orders.till.models import Closing
from orders.till.representations import closing_json, move_json, till_json
from orders.till.transitions import ClosingKind, MoveKind

NO_TILL = refusal(404, "No such till", "till_not_found", "There is no such till.")
NO_CLOSING = refusal(404, "No such closing", "closing_not_found", "There is no such closing.")
OPEN_ALREADY = refusal(409, "Open already", "till_open", "A till of this person is open already.", till=2)
CLOSED_ALREADY = refusal(409, "Closed already", "period_closed", "This is closed already.", closing=3, number=3)


class Tills(APIView):
    """The call that opens a till."""

    subject = "Tills"
    summary = "Open a till"
    permission_classes = [requires(Permission.USE_TILL)]

    @extend_schema(
        request=TillInput,
        responses={201: TillOutput, 200: TillOutput, **OPEN_ALREADY},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request) -> Response:
        actor, once = api_actor(request), once_of(request)
        body = checked(request, TillInput)
        amount = Decimal(body["float"])
        till, replayed = services.open_till(opening_float=amount, shared=body["shared"], once=once, actor=actor)
        return created(till_json(till), f"/api/v1/tills/{till.pk}", replayed)


class TillDetail(APIView):
    """A till: its float, moves, counts, and after the count what it should hold."""

    subject = "Tills"
    summary = "Read a till"
    permission_classes = [requires(Permission.USE_TILL)]

    @extend_schema(responses={200: TillOutput, **NO_TILL})
    def get(self, request: Request, pk: int) -> Response:
        return Response(till_json(till_for(api_actor(request), pk)))


class TillMoves(APIView):
    """The call that puts money into a till or takes it out: pay-in, pay-out, drop to the safe, tips paid out."""

    subject = "Tills"
    summary = "Put money into a till or take it out"
    permission_classes = [requires(Permission.USE_TILL)]

    @extend_schema(
        request=TillMoveInput,
        responses={201: TillMoveOutput, 200: TillMoveOutput, **NO_TILL},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        actor, once = api_actor(request), once_of(request)
        till = till_for(actor, pk)
        body = checked(request, TillMoveInput)
        move, replayed = services.move_money(
            till_id=pk,
            kind=MoveKind(body["kind"]),
            amount=Decimal(body["amount"]),
            reason=body["reason"],
            to_staff=body.get("to"),
            once=once,
            actor=actor,
        )
        return created(move_json(move, till.currency), f"/api/v1/tills/{pk}", replayed)


class CountTill(APIView):
    """The call that counts a till by notes and coins. The answer shows what it should hold."""

    subject = "Tills"
    summary = "Count a till"
    permission_classes = [requires(Permission.USE_TILL)]

    @extend_schema(
        request=CountInput,
        responses={201: TillOutput, 200: TillOutput, **NO_TILL},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        actor, once = api_actor(request), once_of(request)
        till_for(actor, pk)
        body = checked(request, CountInput)
        till, replayed = services.count_till(till_id=pk, pieces=body["pieces"], once=once, actor=actor)
        return created(till_json(till), f"/api/v1/tills/{pk}", replayed)


class ReopenTill(APIView):
    """The call that lets a counted till take cash again."""

    subject = "Tills"
    summary = "Open a counted till again"
    permission_classes = [requires(Permission.USE_TILL)]

    @extend_schema(request=None, responses={200: TillOutput, **NO_TILL, **OPEN_ALREADY})
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        till_for(actor, pk)
        return Response(till_json(services.reopen_till(till_id=pk, actor=actor)))


class HandOver(APIView):
    """The call that gives an open till to a colleague, or to all."""

    subject = "Tills"
    summary = "Hand a till over"
    permission_classes = [requires(Permission.USE_TILL)]

    @extend_schema(request=HandOverInput, responses={200: TillOutput, **NO_TILL, **OPEN_ALREADY})
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        till_for(actor, pk)
        body = checked(request, HandOverInput)
        return Response(till_json(services.hand_over_till(till_id=pk, to_staff=body["to"], actor=actor)))


class CloseTill(APIView):
    """The call that closes a counted till. A difference needs a cause."""

    subject = "Tills"
    summary = "Close a till"
    permission_classes = [requires(Permission.USE_TILL)]

    @extend_schema(request=CloseInput, responses={200: TillOutput, **NO_TILL})
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        till_for(actor, pk)
        body = checked(request, CloseInput)
        return Response(till_json(services.close_till(till_id=pk, cause=body["cause"], note=body["note"], actor=actor)))


class Closings(GenericAPIView[Closing]):
    """The closings, newest first. POST closes a day, month or year; nothing that is open stops it."""

    subject = "Tills"
    summary = {"GET": "List closings", "POST": "Close a day, month or year"}
    permission_classes = [requires(Permission.CLOSE_DAY)]
    serializer_class = ClosingOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Closing]:
        rows: QuerySet[Closing] = Closing.objects.visible_to(request_actor(self.request)).order_by("-pk")
        return rows

    @extend_schema(responses=ClosingOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([closing_json(closing) for closing in page])

    @extend_schema(
        request=ClosingInput,
        responses={201: ClosingOutput, 200: ClosingOutput, **CLOSED_ALREADY},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request) -> Response:
        actor, once = api_actor(request), once_of(request)
        body = checked(request, ClosingInput)
        closing, replayed = services.close_period(
            kind=ClosingKind(body["kind"]), day=body["day"], once=once, actor=actor
        )
        return created(closing_json(closing), f"/api/v1/closings/{closing.pk}", replayed)


class ClosingDetail(APIView):
    """A closing."""

    subject = "Tills"
    summary = "Read a closing"
    permission_classes = [requires(Permission.CLOSE_DAY)]

    @extend_schema(responses={200: ClosingOutput, **NO_CLOSING})
    def get(self, request: Request, pk: int) -> Response:
        return Response(closing_json(closing_for(api_actor(request), pk)))
