"""The API of vouchers (docs/contracts/vouchers.md)."""

from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.idempotency import KEY_HEADER, REPLAYED
from bistro.core.api.pagination import Pages
from bistro.core.api.schema import LOCATION, refusal
from bistro.core.api.serializers import checked
from bistro.core.auth.access import api_actor, request_actor, requires, restaurant_of
from bistro.core.kernel.roles import Permission
from orders.billing import services
from orders.billing.api.requests import created, once_of
from orders.billing.api.voucher_serializers import (
    VoidVoucherInput,
    VoucherCodeInput,
    VoucherInput,
    VoucherOutput,
    VoucherWithMovesOutput,
)
from orders.billing.models import Voucher
from orders.billing.services import Sale
from orders.billing.vouchers.guesses import limited_guesses
from orders.billing.vouchers.representations import voucher_json, voucher_with_moves_json
from orders.billing.vouchers.selectors import voucher_for, voucher_of_code

NO_VOUCHER = refusal(404, "No such voucher", "voucher_not_found", "There is no voucher with this code.")
VOID = refusal(409, "Cancelled", "voucher_void", "This voucher was cancelled.")


class Vouchers(GenericAPIView[Voucher]):
    """The vouchers, newest first, without their codes, for people who read reports. POST sells one, with its code."""

    subject = "Vouchers"
    summary = {"GET": "List vouchers", "POST": "Sell a voucher"}
    permission_classes = [requires(Permission.USE_TILL)]
    serializer_class = VoucherOutput
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Voucher]:
        rows: QuerySet[Voucher] = (
            Voucher.objects.visible_to(request_actor(self.request)).filter(deposit=None).order_by("-pk")
        )
        return rows

    @extend_schema(responses=VoucherOutput(many=True))
    def get(self, request: Request) -> Response:
        actor = api_actor(request)
        actor.require(Permission.READ_REPORTS)
        day = restaurant_of(actor).business_date(timezone.now())
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([voucher_json(voucher, day) for voucher in page])

    @extend_schema(
        request=VoucherInput,
        responses={201: VoucherOutput, 200: VoucherOutput},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request) -> Response:
        actor, once = api_actor(request), once_of(request)
        body = checked(request, VoucherInput)
        sale = Sale(Decimal(body["value"]), body["method"], body["expires_on"], body["slip"])
        voucher, replayed = services.sell_voucher(sale=sale, once=once, actor=actor)
        day = restaurant_of(actor).business_date(timezone.now())
        shown = voucher_json(voucher, day, with_code=True)
        return created(shown, f"/api/v1/vouchers/{voucher.pk}", replayed)


class VoucherBalance(APIView):
    """The call that reads a voucher by its code, which is in the body. Wrong codes are limited."""

    subject = "Vouchers"
    summary = "Read the balance of a voucher"
    permission_classes = [requires(Permission.TAKE_PAYMENT)]

    @extend_schema(request=VoucherCodeInput, responses={200: VoucherOutput, **NO_VOUCHER})
    def post(self, request: Request) -> Response:
        actor = api_actor(request)
        code = checked(request, VoucherCodeInput)["code"]
        with limited_guesses(actor):
            voucher = voucher_of_code(code, restaurant_of(actor).pk)
        return Response(voucher_json(voucher, restaurant_of(actor).business_date(timezone.now())))


class VoucherDetail(APIView):
    """A voucher with its moves, without its code."""

    subject = "Vouchers"
    summary = "Read a voucher"
    permission_classes = [requires(Permission.READ_REPORTS)]

    @extend_schema(responses={200: VoucherWithMovesOutput, **NO_VOUCHER})
    def get(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        day = restaurant_of(actor).business_date(timezone.now())
        return Response(voucher_with_moves_json(voucher_for(actor, pk), day))


class VoidVoucher(APIView):
    """The call that cancels a voucher. Its balance goes back as it was paid, or the house keeps it."""

    subject = "Vouchers"
    summary = "Cancel a voucher"
    permission_classes = [requires(Permission.APPROVE_BILL)]

    @extend_schema(request=VoidVoucherInput, responses={200: VoucherWithMovesOutput, **NO_VOUCHER, **VOID})
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        voucher_for(actor, pk)
        body = checked(request, VoidVoucherInput)
        voucher = services.void_voucher(voucher_id=pk, reason=body["reason"], pay_back=body["pay_back"], actor=actor)
        day = restaurant_of(actor).business_date(timezone.now())
        return Response(voucher_with_moves_json(voucher, day))
