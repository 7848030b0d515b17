"""The API of pauses."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.schema import LOCATION, refusal
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.roles import Permission
from menu import services
from menu.api.serializers import PauseInput, PauseOutput
from menu.models import Pause
from menu.representations import pause_json

NO_SUCH_DISH = refusal(404, "No such dish or category", "item_not_found", "There is no such dish.")


class PauseList(APIView):
    """The pauses in force. All staff read them; the kitchen and managers add to them."""

    subject = "Menu"

    def get_permissions(self) -> list[Any]:
        return [requires(Permission.READ_ORDERS if self.request.method == "GET" else Permission.PAUSE)()]

    @extend_schema(summary="List pauses", responses=PauseOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the pauses in force as a bare array, the one that ends last at the end."""
        rows = Pause.objects.visible_to(api_actor(request)).open().filter(until__gt=timezone.now())
        return Response([shown(row) for row in rows.select_related("item", "category").order_by("until", "pk")])

    @extend_schema(
        summary="Pause dishes", request=PauseInput, responses={201: PauseOutput, **NO_SUCH_DISH}, parameters=[LOCATION]
    )
    def post(self, request: Request) -> Response:
        """Pause an item, a category or all orders from pads for some minutes.

        A pause that is already in force gets the new end.
        """
        body = PauseInput(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        row = services.pause(
            item_id=data["item"],
            category_id=data["category"],
            minutes=data["minutes"],
            reason=data["reason"],
            actor=api_actor(request),
        )
        return Response(shown(row), status=201, headers={"Location": f"/api/v1/pauses/{row.pk}"})


class PauseDetail(APIView):
    """A single pause."""

    subject = "Menu"
    summary = "End a pause"
    permission_classes = [requires(Permission.PAUSE)]

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """End a pause early. The answer is 204 also for a pause that is over already."""
        services.resume(pause_id=pk, actor=api_actor(request))
        return Response(status=204)


def shown(pause: Pause) -> dict[str, Any]:
    """Return a pause for staff: `pause_json` with `reason` and `by`."""
    return {**pause_json(pause), "reason": pause.reason, "by": pause.by}
