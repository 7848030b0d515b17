"""The API of the figures of the business day (docs/contracts/bistro.md)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.auth.access import api_actor, requires, restaurant_of
from bistro.core.kernel.roles import Permission
from bistro.dashboard.figures import day_figures
from bistro.dashboard.representations import figures_json
from bistro.dashboard.serializers import DayFiguresOutput


class Today(APIView):
    """The figures, alarms and tasks of the admin's front page."""

    subject = "Installation"
    summary = "Read the figures of the day"
    permission_classes = [requires(Permission.MANAGE)]

    @extend_schema(responses={200: DayFiguresOutput})
    def get(self, request: Request) -> Response:
        actor = api_actor(request)
        restaurant = restaurant_of(actor)
        return Response(figures_json(day_figures(actor, restaurant, timezone.now()), restaurant.currency))
