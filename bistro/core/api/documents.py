"""The OpenAPI document and the pages that show it, without resources of other servers."""

from typing import Any

from django.utils.translation import override
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularJSONAPIView,
    SpectacularRedocView,
    SpectacularSwaggerView,
)
from rest_framework.request import Request
from rest_framework.response import Response


class Document(SpectacularAPIView):
    """The OpenAPI document as YAML or JSON, in English.

    It has one version; the library would write `?version=` into a header.
    """

    schema = None  # no part of the API

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the document; its texts are those of the code, whatever the language of the request."""
        with override("en"):
            answer: Response = super().get(request, *args, **kwargs)
        return answer

    def _get_version_parameter(self, request: Request) -> None:
        return None


class JSONDocument(Document):
    """The OpenAPI document as JSON."""

    renderer_classes = SpectacularJSONAPIView.renderer_classes


class TryOut(SpectacularSwaggerView):
    """The Swagger UI page."""

    schema = None  # a page, no part of the API
    http_method_names = ["get", "head"]  # the answer to OPTIONS would need a template

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the page without the library's own Cross-Origin-Opener-Policy.

        The library relaxes the policy for logins at other sites, which we do not have.
        """
        answer: Response = super().get(request, *args, **kwargs)
        del answer["Cross-Origin-Opener-Policy"]
        return answer


class Read(SpectacularRedocView):
    """The ReDoc page, from our own template without external fonts."""

    schema = None
    http_method_names = ["get", "head"]
