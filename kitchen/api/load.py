"""The load of the kitchen."""

from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import etag_of, not_modified
from bistro.core.api.schema import ETAG, IF_NONE_MATCH
from bistro.core.auth.access import api_actor
from bistro.core.kernel.errors import NotPermitted
from bistro.core.kernel.roles import Permission
from kitchen.api.serializers import LoadOutput
from kitchen.load import load_json


class KitchenLoad(APIView):
    """The work that waits at each station, and the minutes a dish ordered now would take."""

    subject = "Kitchen"
    summary = "Read the kitchen's load"

    @extend_schema(responses=LoadOutput, parameters=[IF_NONE_MATCH, ETAG])
    def get(self, request: Request) -> Response:
        """Return the dishes' quotes and, for staff, the stations' load.

        For pads before they order, and for staff; pads get no stations. The load is not part of the menu, whose ETag
        must not change with every ticket: poll it now and then. It has an `ETag` of its own.
        """
        actor = api_actor(request)
        if actor.restaurant_id is None or not (actor.may(Permission.PLACE_ORDER) or actor.may(Permission.READ_ORDERS)):
            raise NotPermitted(gettext("Your role cannot see the kitchen's load."))
        body = load_json(actor.restaurant_id, timezone.now(), with_stations=actor.may(Permission.READ_ORDERS))
        etag = etag_of(actor.credential, body)
        return not_modified(request, etag) or Response(
            body, headers={"ETag": etag, "Cache-Control": "private, no-cache"}
        )
