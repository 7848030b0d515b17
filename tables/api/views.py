"""The API of the plan of the room (docs/contracts/floor.md). Its ETag is the plan's version; writes take If-Match."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import expected_digests, not_modified
from bistro.core.api.schema import ETAG, IF_MATCH, IF_NONE_MATCH, refusal
from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.roles import Permission
from tables.access import plan_for
from tables.api.serializers import FloorPlanInput, FloorPlanOutput
from tables.floor_plans import FloorPlan
from tables.plan_inputs import wanted_plan
from tables.services import save_plan

LAYOUT = OpenApiParameter("layout", str, description="Id of a layout. Without it the layout in use.")
NO_LAYOUT = refusal(404, "No such layout", "layout_not_found", "There is no such layout.")


def plan_response(plan: FloorPlan) -> Response:
    """Return a plan with its ETag."""
    version = plan.version
    return Response({"version": version, **plan.content()}, headers={"ETag": f'"{version}"'})


class FloorPlanDetail(APIView):
    """The plan of the room: floors with walls and doors, and tables with their places."""

    subject = "Floor"
    permission_classes = [requires(Permission.READ_ORDERS)]  # the service requires more for a change

    @extend_schema(
        summary="Read the plan of the room",
        responses={200: FloorPlanOutput, **NO_LAYOUT},
        parameters=[LAYOUT, IF_NONE_MATCH, ETAG],
    )
    def get(self, request: Request) -> Response:
        plan = plan_for(api_actor(request), request.query_params.get("layout") or None)
        return not_modified(request, f'"{plan.version}"') or plan_response(plan)

    @extend_schema(
        summary="Replace the plan of the room",
        request=FloorPlanInput,
        responses={200: FloorPlanOutput, **NO_LAYOUT},
        parameters=[LAYOUT, IF_MATCH, ETAG],
    )
    def put(self, request: Request) -> Response:
        body = FloorPlanInput(data=request.data)
        body.is_valid(raise_exception=True)
        saved = save_plan(
            wanted=wanted_plan(body.validated_data),
            layout_uid=request.query_params.get("layout") or None,
            versions=expected_digests(request),
            actor=api_actor(request),
        )
        return plan_response(saved)
