"""The API calls that correct a payment that was a mistake."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.schema import refusal
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.roles import Permission
from orders.api.approvals import approver_of
from orders.api.parties import checked
from orders.billing import services
from orders.billing.access import payment_for
from orders.billing.api.serializers import MethodInput, PaymentOutput, RefundOutput
from orders.billing.api.views import NO_PAYMENT
from orders.billing.representations import payment_json, refund_json

TOO_LATE = refusal(409, "Too late", "too_late", "Some of this payment went back already.")


class UndoPayment(APIView):
    """The call that undoes a payment without a bank within 30 seconds. The bill is due again."""

    subject = "Bills"
    summary = "Undo a payment in cash"
    permission_classes = [requires(Permission.TAKE_PAYMENT)]

    @extend_schema(request=None, responses={201: RefundOutput, **NO_PAYMENT, **TOO_LATE})
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        payment_for(actor, pk)
        return Response(refund_json(services.undo_payment(payment_id=pk, actor=actor)), status=201)


class CorrectMethod(APIView):
    """The call that books a payment by another method, and answers the new payment."""

    subject = "Bills"
    summary = "Correct the method of a payment"
    permission_classes = [requires(Permission.REFUND)]

    @extend_schema(request=MethodInput, responses={201: PaymentOutput, **NO_PAYMENT, **TOO_LATE})
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        payment_for(actor, pk)
        body = checked(request, MethodInput)
        payment = services.correct_method(
            payment_id=pk,
            method=body["method"],
            reason=body["reason"],
            slip=body["slip"],
            approver=approver_of(body, Permission.APPROVE_BILL, actor),
            actor=actor,
        )
        return Response(payment_json(payment), status=201)
