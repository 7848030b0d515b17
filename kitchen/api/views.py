"""Calls of tickets for programs and bump bars: find through a gate, call a service, show."""

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
from bistro.core.kernel.roles import Permission
from kitchen import services
from kitchen.api.filters import TicketFilter
from kitchen.api.serializers import PlateInput, PushInput, ReadInput, RecallInput, TicketOutput
from kitchen.models import Ticket
from kitchen.representations import ticket_json
from kitchen.transitions import OPEN_TICKETS

NOW = frozenset({"open", "unread", *OPEN_TICKETS})  # statuses of few tickets

CHANGED_AGAIN = refusal(
    412,
    "The ticket changed again",
    "precondition_failed",
    "The ticket changed again. Read the new changes.",
    current_version=4,
)


class TicketList(GenericAPIView[Ticket]):
    """The tickets, oldest first; `?station=<id>&order=<id>&status=open|unread|queued|started|done|cancelled`.

    Tickets that are not open and not of one order are listed over all time, in the order of their creation.
    """

    subject = "Kitchen"
    summary = "List tickets"
    permission_classes = [requires(Permission.READ_ORDERS)]
    serializer_class = TicketOutput
    pagination_class = Pages
    filterset_class = TicketFilter

    def get_queryset(self) -> QuerySet[Ticket]:
        actor = request_actor(self.request)
        rows = Ticket.objects.visible_to(actor).within_reach_of(actor)
        asked = self.request.query_params
        few = asked.get("order") or asked.get("status") in NOW
        return rows.oldest_first_in_pages() if few else rows.order_by("pk")  # the whole history is too long to sort

    @extend_schema(responses=TicketOutput(many=True))
    def get(self, request: Request) -> Response:
        # The page first, its relations afterwards: with joins a planner may begin with the tables and read every order.
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        rows = Ticket.objects.visible_to(request_actor(request)).with_lines()
        tickets = rows.in_bulk([ticket.pk for ticket in page])
        return self.get_paginated_response([ticket_json(tickets[ticket.pk]) for ticket in page])


class TicketAct(APIView):
    """Base class of the actions: call the service with the id of the address, then show the ticket."""

    subject = "Kitchen"
    permission_classes = [requires(Permission.COOK)]
    service: Callable[..., Ticket]
    names = "ticket_id"

    def act(self, request: Request, pk: int, **more: Any) -> Response:
        ticket = type(self).service(**{self.names: pk}, actor=api_actor(request), **more)
        return Response(ticket_json(ticket))

    @extend_schema(request=None, responses=TicketOutput)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(request, pk)


class StartTicket(TicketAct):
    """The call that starts a ticket; a started one is left unchanged."""

    summary = "Start a ticket"
    service = services.start_ticket


class BumpTicket(TicketAct):
    """The call that bumps a ticket. The last open ticket makes the order ready. 409 when somebody was first."""

    summary = "Bump a ticket"
    service = services.bump_ticket


class RecallTicket(TicketAct):
    """The call that recalls a bumped ticket to its old place; refused once delivered."""

    summary = "Recall a ticket"
    service = services.recall_ticket

    @extend_schema(request=RecallInput, responses=TicketOutput)
    def post(self, request: Request, pk: int) -> Response:
        body = RecallInput(data=request.data)
        body.is_valid(raise_exception=True)
        return self.act(request, pk, **body.validated_data)


class UndoBump(TicketAct):
    """The call that undoes a bump within ten seconds, without counting a recall. 409 later."""

    summary = "Undo a bump"
    service = services.undo_bump


class HoldTicket(TicketAct):
    """The call that holds a ticket before anyone starts it; a held one is left unchanged."""

    summary = "Hold a ticket"
    service = services.hold_ticket


class ReleaseTicket(TicketAct):
    """The call that releases a held ticket; one that is not held is left unchanged."""

    summary = "Release a held ticket"
    service = services.release_ticket


class ReadChanges(TicketAct):
    """The call that acknowledges a ticket's changes. Until then the ticket cannot be bumped."""

    summary = "Acknowledge the changes of a ticket"
    service = services.read_changes_of

    @extend_schema(request=ReadInput, responses={200: TicketOutput, **CHANGED_AGAIN})
    def post(self, request: Request, pk: int) -> Response:
        body = ReadInput(data=request.data)
        body.is_valid(raise_exception=True)
        return self.act(request, pk, **body.validated_data)


class ConfirmTicket(TicketAct):
    """The call by which a person confirms that the kitchen knows of a ticket. A seen ticket is left unchanged.

    For a ticket that came with its order this confirms the order.
    """

    summary = "Confirm that the kitchen knows of a ticket"
    permission_classes = [requires(Permission.CONFIRM_ORDER)]
    service = services.confirm_ticket


class BumpLine(TicketAct):
    """The call that bumps one line; the last one bumps the ticket."""

    summary = "Bump a line"
    service = services.bump_line
    names = "line_id"


class RecallLine(TicketAct):
    """The call that recalls one bumped line."""

    summary = "Recall a line"
    service = services.recall_line
    names = "line_id"


class PushTicket(TicketAct):
    """The call that sends an open ticket to another station."""

    summary = "Send a ticket to another station"
    service = services.push_ticket

    @extend_schema(request=PushInput, responses=TicketOutput)
    def post(self, request: Request, pk: int) -> Response:
        body = PushInput(data=request.data)
        body.is_valid(raise_exception=True)
        return self.act(request, pk, station_id=body.validated_data["station"])


class PushLine(PushTicket):
    """The call that sends one unfinished line to another station; answers with the ticket that has it now."""

    summary = "Send a line to another station"
    service = services.push_line
    names = "line_id"


class PlateLine(TicketAct):
    """The call that ticks a finished dish on the pass, or removes the tick. 409 while a station still makes it."""

    summary = "Tick a dish on the pass"
    service = services.plate_line
    names = "line_id"

    @extend_schema(request=PlateInput, responses=TicketOutput)
    def post(self, request: Request, pk: int) -> Response:
        body = PlateInput(data=request.data)
        body.is_valid(raise_exception=True)
        return self.act(request, pk, **body.validated_data)
