"""The menu as sold now (docs/contracts/bistro.md)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import etag_of, not_modified
from bistro.core.api.schema import ETAG, IF_NONE_MATCH
from bistro.core.auth.access import api_actor, restaurant_of
from menu.api.serializers import MenuOutput
from menu.selectors import menu_as_sold, menu_stamp


class MenuView(APIView):
    """The whole menu in one call: prices in force, availability, portions, allergens, modifiers. ETag by version."""

    subject = "Menu"
    summary = "Read the menu"

    @extend_schema(responses=MenuOutput, parameters=[IF_NONE_MATCH, ETAG])
    def get(self, request: Request) -> Response:
        restaurant = restaurant_of(api_actor(request))
        etag = etag_of(restaurant.pk, menu_stamp(restaurant.pk))
        unchanged = not_modified(request, etag)
        if unchanged is not None:
            return unchanged
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        return Response(menu_as_sold(restaurant.pk), headers=headers)
