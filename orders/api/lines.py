"""The API of single order lines (docs/contracts/lunchify.md)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import expected_versions
from bistro.core.api.schema import ETAG, IF_MATCH, refusal
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.roles import Permission
from orders import services
from orders.access import order_for, order_of_line
from orders.api.approvals import approver_of
from orders.api.serializers import VoidInput, VoidOutput
from orders.representations import order_detail

NO_SUCH_LINE = refusal(404, "No such line", "line_not_found", "There is no such line.")
COOKING = refusal(409, "Being cooked, or cooked", "line_started", "The kitchen is cooking Burger.")


class VoidLine(APIView):
    """The call that takes a quantity of a sent line off its order, with a reason.

    Until the kitchen starts every waiter may do it. A line that is being cooked needs `kitchen_told` or a manager, a
    finished line a manager. The void of the last line cancels the order. `kitchen` says what it means for the kitchen.
    """

    subject = "Orders"
    summary = "Void a sent line"
    permission_classes = [requires(Permission.CANCEL_ORDER)]

    @extend_schema(
        request=VoidInput, responses={200: VoidOutput, **NO_SUCH_LINE, **COOKING}, parameters=[IF_MATCH, ETAG]
    )
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        order_id = order_of_line(actor, pk)
        body = VoidInput(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        voided = services.void_lines(
            order_id=order_id,
            lines={pk: data["quantity"]},
            reason=data["reason"],
            kitchen_told=data["kitchen_told"],
            approver=approver_of(data, Permission.VOID_COOKED, actor),
            versions=expected_versions(request),
            actor=actor,
        )
        order = order_for(actor, order_id)
        kitchen = {"stage": voided.stage.value, "message": voided.stage.words}
        return Response({**order_detail(order), "kitchen": kitchen}, headers={"ETag": f'"{order.version}"'})
