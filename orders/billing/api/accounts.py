"""The API of house accounts (docs/contracts/accounts.md)."""

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
from orders.billing import services
from orders.billing.accounts.representations import account_json, account_move_json
from orders.billing.accounts.selectors import account_for
from orders.billing.api.account_serializers import (
    AccountChangeInput,
    AccountInput,
    AccountMoveOutput,
    AccountOutput,
    SettlementInput,
)
from orders.billing.api.requests import created, once_of
from orders.billing.api.serializers import decimal
from orders.billing.models import AccountMove, HouseAccount
from orders.billing.services import Settlement

NO_ACCOUNT = refusal(404, "No such account", "account_not_found", "There is no such account.")
TAKEN = refusal(409, "Name taken", "account_exists", "There is an account with this name.")


class Accounts(GenericAPIView[HouseAccount]):
    """The house accounts by name. POST opens one."""

    subject = "Accounts"
    summary = {"GET": "List house accounts", "POST": "Open a house account"}
    permission_classes = [requires(Permission.APPROVE_BILL)]
    serializer_class = AccountOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[HouseAccount]:
        rows: QuerySet[HouseAccount] = HouseAccount.objects.visible_to(request_actor(self.request))
        return rows.order_by("name", "pk")

    @extend_schema(responses=AccountOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([account_json(account) for account in page])

    @extend_schema(request=AccountInput, responses={201: AccountOutput, **TAKEN}, parameters=[LOCATION])
    def post(self, request: Request) -> Response:
        body = checked(request, AccountInput)
        account = services.open_account(name=body["name"], limit=Decimal(body["limit"]), actor=api_actor(request))
        return created(account_json(account), f"/api/v1/house-accounts/{account.pk}", False)


class AccountDetail(APIView):
    """An account. PUT sets its limit, and closes it or opens it again."""

    subject = "Accounts"
    summary = {"GET": "Read a house account", "PUT": "Change a house account"}
    permission_classes = [requires(Permission.APPROVE_BILL)]

    @extend_schema(responses={200: AccountOutput, **NO_ACCOUNT})
    def get(self, request: Request, pk: int) -> Response:
        return Response(account_json(account_for(api_actor(request), pk)))

    @extend_schema(request=AccountChangeInput, responses={200: AccountOutput, **NO_ACCOUNT, **TAKEN})
    def put(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        account_for(actor, pk)
        body = checked(request, AccountChangeInput)
        limit = Decimal(body["limit"])
        return Response(
            account_json(services.change_account(account_id=pk, limit=limit, closed=body["closed"], actor=actor))
        )


class AccountMoves(GenericAPIView[AccountMove]):
    """The statement of an account: its bills, refunds and settlements, newest first."""

    subject = "Accounts"
    summary = "Read the statement of a house account"
    permission_classes = [requires(Permission.APPROVE_BILL)]
    serializer_class = AccountMoveOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[AccountMove]:
        rows: QuerySet[AccountMove] = AccountMove.objects.visible_to(request_actor(self.request)).order_by("-pk")
        return rows

    @extend_schema(responses=AccountMoveOutput(many=True))
    def get(self, request: Request, pk: int) -> Response:
        account = account_for(api_actor(request), pk)
        page = self.paginate_queryset(self.get_queryset().filter(account=account)) or []
        return self.get_paginated_response([account_move_json(move, account.currency) for move in page])


class SettleAccount(APIView):
    """The call that records money for an account, in cash or by the card terminal. Cash goes into the till."""

    subject = "Accounts"
    summary = "Settle a house account"
    permission_classes = [requires(Permission.USE_TILL)]

    @extend_schema(
        request=SettlementInput,
        responses={201: AccountMoveOutput, 200: AccountMoveOutput, **NO_ACCOUNT},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        actor, once = api_actor(request), once_of(request)
        account = account_for(actor, pk)
        body = checked(request, SettlementInput)
        paid = Settlement(body["method"], decimal(body["amount"]), body["slip"])
        move, replayed = services.settle_account(account_id=pk, settlement=paid, once=once, actor=actor)
        shown = account_move_json(move, account.currency)
        return created(shown, f"/api/v1/house-accounts/{pk}", replayed)
