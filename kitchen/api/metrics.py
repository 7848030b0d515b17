"""What the kitchen finished, and how quickly."""

from datetime import date

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.auth.access import api_actor, requires, restaurant_of
from bistro.core.kernel.roles import Permission
from kitchen.api.serializers import ReportOutput
from kitchen.fulfilment import LONGEST, fulfilment_report, report_days


class KitchenMetrics(APIView):
    """What the kitchen finished, and how quickly."""

    permission_classes = [requires(Permission.MANAGE)]

    @extend_schema(
        responses=ReportOutput,
        parameters=[
            OpenApiParameter("from", date, description="First business day. Default: the same as `to`."),
            OpenApiParameter(
                "to", date, description=f"Last business day. Default: the present one. At most {LONGEST} days."
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """Tickets, lines of items and cooks: number, median and 90th percentile (nearest-rank) of the seconds, share of
        late ones, recalls; each by the hour of the restaurant's clock. `complete` is false where it was too much to
        read: then the newest count."""
        actor = api_actor(request)
        restaurant = restaurant_of(actor)
        asked = request.query_params
        first, last = report_days(restaurant, asked.get("from", ""), asked.get("to", ""), timezone.now())
        return Response(fulfilment_report(actor, restaurant, first, last))
