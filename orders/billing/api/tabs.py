"""The API calls of tabs (docs/contracts/bills.md)."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.idempotency import KEY_HEADER, REPLAYED
from bistro.core.api.schema import LOCATION, refusal
from bistro.core.api.serializers import checked
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.roles import Permission
from orders.access import party_for
from orders.billing import services
from orders.billing.access import pay_url_of, payment_for
from orders.billing.api.requests import created, once_of
from orders.billing.api.serializers import CaptureInput, PaymentOutput, TabInput, decimal
from orders.billing.api.views import NO_BILL, NO_PAYMENT
from orders.billing.representations import payment_json

OPEN = refusal(409, "A tab is open already", "tab_open", "These guests have a tab already.")
OVER = refusal(409, "The tab is over", "tab_over", "This tab is not open. Take another payment.")


class BillTabs(APIView):
    """The call that lets the provider hold an amount for the bill. The same key with the same body is one tab."""

    subject = "Bills"
    summary = "Open a tab"
    permission_classes = [requires(Permission.TAKE_PAYMENT)]

    @extend_schema(
        request=TabInput,
        responses={201: PaymentOutput, 200: PaymentOutput, **NO_BILL, **OPEN},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        once = once_of(request)
        party_for(actor, pk)
        body = checked(request, TabInput)
        taken = services.open_tab(party_id=pk, amount=Decimal(body["amount"]), once=once, actor=actor)
        shown = payment_json(taken.payment, pay_url_of(taken.payment))
        return created(shown, f"/api/v1/payments/{taken.payment.pk}", taken.replayed)


class CapturePayment(APIView):
    """The call that collects from a tab what the guests pay. Repeated for the same amount it is one capture."""

    subject = "Bills"
    summary = "Capture a tab"
    permission_classes = [requires(Permission.TAKE_PAYMENT)]

    @extend_schema(request=CaptureInput, responses={200: PaymentOutput, **NO_PAYMENT, **OVER})
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        payment_for(actor, pk)
        body = checked(request, CaptureInput)
        payment = services.capture_tab(
            payment_id=pk, amount=decimal(body.get("amount")), tip=Decimal(body["tip"]), actor=actor
        )
        return Response(payment_json(payment))
