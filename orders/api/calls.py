"""The API of service calls: guests call from a pad, staff take and close (docs/contracts/floor.md)."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.pagination import Pages
from bistro.core.api.schema import refusal
from bistro.core.auth.access import api_actor, request_actor, requires
from bistro.core.auth.authentication import TOKEN_ONLY
from bistro.core.auth.rate_limits import CallThrottle, CredentialThrottle
from bistro.core.kernel.roles import Permission
from orders.api.outputs import CallOutput
from orders.api.pad import NO_PAD, pad_for
from orders.api.serializers import CallInput
from tables import services
from tables.models import ServiceCall
from tables.representations import call_json

NO_CALL = refusal(404, "No such call", "call_not_found", "There is no such call.")
TAKEN = refusal(409, "Taken by somebody else, or closed", "call_taken", "Ana has taken this call.")
AGAIN = refusal(
    409, "The guests have left, called again or withdrawn it", "call_again", "The guests have left or called again."
)
SHOWN = 20  # of a pad's table


class PadCalls(APIView):
    """The calls of a pad's table. POST calls staff; while such a call is open, it answers 200 with that call."""

    subject = "Pads"
    authentication_classes = TOKEN_ONLY

    def get_throttles(self) -> list[Any]:
        return [CallThrottle()] if self.request.method == "POST" else [CredentialThrottle()]

    @extend_schema(summary="List the calls of the pad's table", responses={200: CallOutput(many=True), **NO_PAD})
    def get(self, request: Request) -> Response:
        """List the open calls of the table and the closed ones of its party as a bare array, newest first."""
        table_id = pad_for(request).table_id
        rows = ServiceCall.objects.visible_to(api_actor(request)).filter(table=table_id).select_related("table")
        return Response([call_json(call) for call in rows.order_by("-pk")[:SHOWN]])

    @extend_schema(
        summary="Call staff to the table", request=CallInput, responses={200: CallOutput, 201: CallOutput, **NO_PAD}
    )
    def post(self, request: Request) -> Response:
        pad = pad_for(request)
        body = CallInput(data=request.data)
        body.is_valid(raise_exception=True)
        call, new = services.call_staff(table_id=pad.table_id, actor=api_actor(request), **body.validated_data)
        return Response(call_json(call), status=201 if new else 200)


class PadCall(APIView):
    """A call of a pad's table. DELETE withdraws it; a closed one stays unchanged."""

    subject = "Pads"
    authentication_classes = TOKEN_ONLY

    @extend_schema(summary="Withdraw a call", responses={204: None, **NO_CALL})
    def delete(self, request: Request, pk: int) -> Response:
        services.withdraw_call(call_id=pk, table_id=pad_for(request).table_id, actor=api_actor(request))
        return Response(status=204)


class CallList(GenericAPIView[ServiceCall]):
    """The open calls of the restaurant, oldest first."""

    subject = "Floor"
    summary = "List the open calls of guests"
    permission_classes = [requires(Permission.READ_ORDERS)]
    pagination_class = Pages
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[ServiceCall]:
        rows: QuerySet[ServiceCall] = ServiceCall.objects.visible_to(request_actor(self.request)).open()
        return rows.select_related("table").order_by("pk")

    @extend_schema(responses=CallOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([call_json(call) for call in page])


class _AnswerCall(APIView):
    """Base class of the calls with which staff answer."""

    subject = "Floor"
    permission_classes = [requires(Permission.ANSWER_CALLS)]
    service: Callable[..., ServiceCall]

    def answer(self, request: Request, pk: int) -> Response:
        """Call the service and show the call as it is then."""
        return Response(call_json(type(self).service(call_id=pk, actor=api_actor(request))))


class TakeCall(_AnswerCall):
    """The call with which a person says that they go there, so that it rings no more."""

    summary = "Take a call of guests"
    service = staticmethod(services.take_call)

    @extend_schema(request=None, responses={200: CallOutput, **NO_CALL, **TAKEN})
    def post(self, request: Request, pk: int) -> Response:
        return self.answer(request, pk)


class CloseCall(_AnswerCall):
    """The call that ends a guests' call. A closed one stays unchanged."""

    summary = "Close a call of guests"
    service = staticmethod(services.close_call)

    @extend_schema(request=None, responses={200: CallOutput, **NO_CALL})
    def post(self, request: Request, pk: int) -> Response:
        return self.answer(request, pk)


class ReleaseCall(_AnswerCall):
    """The undo of taking or closing: the guests' call is open again and rings."""

    summary = "Open a call of guests again"
    service = staticmethod(services.release_call)

    @extend_schema(request=None, responses={200: CallOutput, **NO_CALL, **AGAIN})
    def post(self, request: Request, pk: int) -> Response:
        return self.answer(request, pk)
