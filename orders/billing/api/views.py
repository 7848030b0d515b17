"""The API of bills, payments and refunds (docs/contracts/bills.md)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import expected_versions
from bistro.core.api.idempotency import KEY_HEADER, REPLAYED
from bistro.core.api.schema import ETAG, IF_MATCH, LOCATION, refusal
from bistro.core.api.serializers import checked
from bistro.core.auth.access import api_actor, requires, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from orders.access import order_for, order_of_line, party_for
from orders.api.approvals import approver_of
from orders.billing import services
from orders.billing.access import pay_url_of, payment_for
from orders.billing.api.requests import created, once_of
from orders.billing.api.serializers import (
    VOID,
    AdjustmentInput,
    BillOutput,
    PaymentInput,
    PaymentOutput,
    RefundInput,
    RefundOutput,
    SplitInput,
    WriteOffInput,
    claims_of,
    decimal,
    tender_of,
)
from orders.billing.models import Payment
from orders.billing.representations import bill_json, payment_json, refund_json
from orders.billing.selectors import removed_lines
from orders.billing.statements import Statement, read_statement
from orders.billing.transitions import AdjustmentKind
from orders.billing.vouchers.guesses import limited_guesses
from orders.services import void_lines

NO_BILL = refusal(404, "No such party", "party_not_found", "There is no such party.")
NO_LINE = refusal(404, "No such line", "line_not_found", "There is no such line on this bill.")
TAKEN = refusal(
    409,
    "Taken at this moment, or nothing due",
    "amount_taken",
    "Another payment of €20.00 is in progress.",
    due="0.00",
    reserved="20.00",
)
PAID = refusal(409, "Paid already", "already_paid", "This was paid already. Give the money back with a refund.")
NO_PAYMENT = refusal(404, "No such payment", "payment_not_found", "There is no such payment.")


def bill_response(actor: Actor, party_id: int, status: int = 200) -> Response:
    """Return the bill of a party as it is now. Its ETag is the version of the bill, not that of its orders."""
    restaurant = restaurant_of(actor)
    return answered(read_statement(party_for(actor, party_id), restaurant), status)


def answered(statement: Statement, status: int = 200) -> Response:
    """Return a bill with its ETag."""
    headers = {"ETag": f'"{statement.version}"'}
    return Response(bill_json(statement, removed_lines(statement.orders)), status=status, headers=headers)


class BillDetail(APIView):
    """The bill of a party: lines, comps and discounts, taxes, shares, payments, and what is due."""

    subject = "Bills"
    summary = "Read the bill of a party"
    permission_classes = [requires(Permission.READ_ORDERS)]

    @extend_schema(responses={200: BillOutput, **NO_BILL}, parameters=[ETAG])
    def get(self, request: Request, pk: int) -> Response:
        return bill_response(api_actor(request), pk)


class PresentBill(APIView):
    """The call that notes that the guests see the bill as it is now."""

    subject = "Bills"
    summary = "Present the bill"
    permission_classes = [requires(Permission.TAKE_PAYMENT)]

    @extend_schema(request=None, responses={200: BillOutput, **NO_BILL}, parameters=[ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        party_for(actor, pk)
        return answered(services.present_bill(party_id=pk, actor=actor))


class SplitBill(APIView):
    """The call that divides the bill into shares. Shares with a payment stay as they are."""

    subject = "Bills"
    summary = "Split the bill"
    permission_classes = [requires(Permission.TAKE_PAYMENT)]

    @extend_schema(request=SplitInput, responses={200: BillOutput, **NO_LINE}, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        party_for(actor, pk)
        body = checked(request, SplitInput)
        statement = services.split_bill(
            party_id=pk,
            by=body["by"],
            ways=body["ways"],
            amounts=[Decimal(amount) for amount in body.get("amounts", ())],
            claims=claims_of(body),
            versions=expected_versions(request),
            actor=actor,
        )
        return answered(statement)


class AdjustBill(APIView):
    """The call that gives a comp or a discount, or voids a line. Above the restaurant's limit a manager approves."""

    subject = "Bills"
    summary = "Give a comp or a discount"
    permission_classes = [requires(Permission.ADJUST_BILL)]

    @extend_schema(request=AdjustmentInput, responses={201: BillOutput, **NO_LINE, **PAID}, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        party_for(actor, pk)
        body = checked(request, AdjustmentInput)
        if body["kind"] == VOID:
            self._void(pk, body, actor)
            return bill_response(actor, pk, 201)
        statement = services.add_adjustment(
            party_id=pk,
            kind=AdjustmentKind(body["kind"]),
            line_id=body.get("line"),
            amount=decimal(body.get("amount")),
            percent=decimal(body.get("percent")),
            reason=body["reason"],
            approver=approver_of(body, Permission.APPROVE_BILL, actor),
            versions=expected_versions(request),
            actor=actor,
        )
        return answered(statement, 201)

    def _void(self, party_id: int, body: Mapping[str, Any], actor: Actor) -> None:
        """Void a whole line of an order, as the call of the line does. If-Match is not checked: it names a bill."""
        line = body.get("line")
        if line is None or body.get("amount") or body.get("percent"):
            raise InvalidInput(
                gettext("A void takes a whole line."), fields={"line": [gettext("Name the line, without an amount.")]}
            )
        order_id = order_of_line(actor, line)
        if order_for(actor, order_id).party_id != party_id:
            raise NotYours(gettext("There is no such line on this bill."), code="line_not_found")
        approver = approver_of(body, Permission.VOID_COOKED, actor)
        void_lines(order_id=order_id, lines={line: None}, reason=body["reason"], approver=approver, actor=actor)


class RemoveAdjustment(APIView):
    """The call that takes a comp or a discount back."""

    subject = "Bills"
    summary = "Take a comp or a discount back"
    permission_classes = [requires(Permission.ADJUST_BILL)]

    @extend_schema(request=None, responses={200: BillOutput}, parameters=[IF_MATCH, ETAG])
    def delete(self, request: Request, pk: int) -> Response:
        return answered(
            services.remove_adjustment(adjustment_id=pk, actor=api_actor(request), versions=expected_versions(request))
        )


class WriteOff(APIView):
    """The call that gives up what is open, with a reason. The table can be cleared then."""

    subject = "Bills"
    summary = "Write off what is open"
    permission_classes = [requires(Permission.ADJUST_BILL)]

    @extend_schema(request=WriteOffInput, responses={200: BillOutput, **TAKEN}, parameters=[ETAG])
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        party_for(actor, pk)
        body = checked(request, WriteOffInput)
        approver = approver_of(body, Permission.APPROVE_BILL, actor)
        return answered(services.write_off(party_id=pk, reason=body["reason"], approver=approver, actor=actor))


class BillPayments(APIView):
    """The call that takes a payment for the bill. The same key with the same body is one payment."""

    subject = "Bills"
    summary = "Take a payment"
    permission_classes = [requires(Permission.TAKE_PAYMENT)]

    @extend_schema(
        request=PaymentInput,
        responses={201: PaymentOutput, 200: PaymentOutput, **NO_BILL, **TAKEN},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        once = once_of(request)
        party_for(actor, pk)
        body = checked(request, PaymentInput)
        with limited_guesses(actor):
            taken = services.take_payment(party_id=pk, tender=tender_of(body), once=once, actor=actor)
        return created(_shown(taken.payment), f"/api/v1/payments/{taken.payment.pk}", taken.replayed)


class PaymentDetail(APIView):
    """A payment."""

    subject = "Bills"
    summary = "Read a payment"
    permission_classes = [requires(Permission.READ_ORDERS)]

    @extend_schema(responses={200: PaymentOutput, **NO_PAYMENT})
    def get(self, request: Request, pk: int) -> Response:
        return Response(_shown(payment_for(api_actor(request), pk)))


class CancelPayment(APIView):
    """The call that cancels a payment under way: at the provider first, then its amount is free again."""

    subject = "Bills"
    summary = "Cancel a payment under way"
    permission_classes = [requires(Permission.TAKE_PAYMENT)]

    @extend_schema(request=None, responses={200: PaymentOutput, **NO_PAYMENT, **PAID})
    def post(self, request: Request, pk: int) -> Response:
        return Response(_shown(services.cancel_payment(payment_id=pk, actor=api_actor(request))))


class PaymentRefunds(APIView):
    """The call that gives money of a payment back, by the method of the payment."""

    subject = "Bills"
    summary = "Refund a payment"
    permission_classes = [requires(Permission.REFUND)]

    @extend_schema(
        request=RefundInput,
        responses={201: RefundOutput, 200: RefundOutput, **NO_PAYMENT},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        once = once_of(request)
        payment_for(actor, pk)
        body = checked(request, RefundInput)
        refund, replayed = services.refund_payment(
            payment_id=pk,
            amount=Decimal(body["amount"]),
            tip=Decimal(body["tip"]),
            reason=body["reason"],
            lines=body.get("lines", ()),
            approver=approver_of(body, Permission.APPROVE_BILL, actor),
            once=once,
            actor=actor,
        )
        return created(refund_json(refund), f"/api/v1/payments/{pk}", replayed)


def _shown(payment: Payment) -> dict[str, Any]:
    """Return a payment, with the provider's page while the guest can pay there."""
    return payment_json(payment, pay_url_of(payment))
