"""The API of availability: 86, portions left, back on sale, undo."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.schema import refusal
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from menu import services
from menu.access import item_for
from menu.api.serializers import AvailabilityInput, AvailabilityOutput
from menu.models import Item
from menu.representations import availability_json

NO_SUCH_DISH = refusal(404, "No such dish", "item_not_found", "There is no such item.")
CHANGED = refusal(409, "Somebody changed it since", "changed_meanwhile", "Somebody changed Burger meanwhile.")


class ItemAvailability(APIView):
    """The call that marks a dish sold out, counts its portions, brings it back or undoes the last of these.

    An undo is refused after another change; portions sold meanwhile stay sold. A dish that was off is on sale with its
    new portions; brought back at 0 portions it is not counted any more.
    """

    subject = "Menu"
    summary = "Mark a dish sold out or back on sale"
    permission_classes = [requires(Permission.SET_AVAILABILITY)]

    @extend_schema(request=AvailabilityInput, responses={200: AvailabilityOutput, **NO_SUCH_DISH, **CHANGED})
    def post(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        item_for(actor, pk)
        body = AvailabilityInput(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(availability_json(_change(pk, actor, body.validated_data)))


def _change(pk: int, actor: Actor, body: Mapping[str, Any]) -> Item:
    if "undo" in body:
        return services.undo_availability(item_id=pk, change=body["undo"], actor=actor)
    if "portions_left" in body:
        return services.set_portions(item_id=pk, portions_left=body["portions_left"], actor=actor)
    return services.set_available(item_id=pk, available=body["available"], until=body.get("until"), actor=actor)
