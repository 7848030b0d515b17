"""The menu as sold now (docs/contracts/bistro.md)."""

from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.conditional import etag_of, not_modified
from bistro.core.api.schema import ETAG, IF_NONE_MATCH
from bistro.core.auth.access import api_actor, restaurant_of
from menu.api.serializers import MenuOutput
from menu.selectors import menu_as_sold, menu_stamp
from menu.translations import preferred_languages

ACCEPT_LANGUAGE = OpenApiParameter(
    "Accept-Language",
    str,
    OpenApiParameter.HEADER,
    description="Language of names and descriptions, as `fr, en;q=0.5`. A text without a translation is in the "
    "restaurant's own language. Each language has its own ETag.",
)


class MenuView(APIView):
    """The whole menu in one call: prices in force, availability, portions, allergens, modifiers. ETag by version."""

    subject = "Menu"
    summary = "Read the menu"

    @extend_schema(responses=MenuOutput, parameters=[ACCEPT_LANGUAGE, IF_NONE_MATCH, ETAG])
    def get(self, request: Request) -> Response:
        restaurant = restaurant_of(api_actor(request))
        preferred = preferred_languages(request.headers.get("Accept-Language", ""), restaurant.language)
        etag = etag_of(restaurant.pk, menu_stamp(restaurant.pk), preferred)
        answer = not_modified(request, etag)
        if answer is None:
            answer = Response(menu_as_sold(restaurant.pk, preferred), headers={"ETag": etag})
            answer["Cache-Control"] = "private, no-cache"
            answer["Content-Language"] = answer.data["language"]
        patch_vary_headers(answer, ["Accept-Language"])
        return answer
