"""Finished tickets and their times."""

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
    """Figures of finished tickets and their times."""

    subject = "Kitchen"
    summary = "Read the figures of finished tickets"
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
        """Return figures of tickets, items and cooks.

        Each has the number, the median and 90th percentile (nearest-rank) of the seconds, the share of late ones and
        the recalls, also by the hour of the restaurant's clock. `complete` is false when there was too much to read:
        then the newest count.
        """
        actor = api_actor(request)
        restaurant = restaurant_of(actor)
        asked = request.query_params
        first, last = report_days(restaurant, asked.get("from", ""), asked.get("to", ""), timezone.now())
        return Response(fulfilment_report(actor, restaurant, first, last))
