"""The OpenAPI document and the pages that show it, without resources of other servers."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import override
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularJSONAPIView,
    SpectacularRedocView,
    SpectacularSwaggerView,
)
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response


@dataclass(frozen=True, slots=True)
class Written:
    """The document in one form, with its headers."""

    content: bytes
    content_type: str
    disposition: str


def content_type_of(renderer: BaseRenderer) -> str:
    """Return the content type of what a renderer writes."""
    return f"{renderer.media_type}; charset={renderer.charset}" if renderer.charset else renderer.media_type


class Document(SpectacularAPIView):
    """The OpenAPI document as YAML or JSON, in English.

    It has one version and one language; the library would write `?version=` into a header and follow `?lang=`. It
    depends on the code alone, so each process writes it once in each form: that takes most of a second, and anybody may
    ask for it.
    """

    schema = None  # no part of the API
    _written: ClassVar[dict[type[BaseRenderer], "Written"]] = {}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the document; its texts are those of the code, whatever the language of the request."""
        renderer = request.accepted_renderer
        written = self._written.get(type(renderer))
        if written is None:
            with override("en"):
                answer: Response = self._get_schema_response(request)
                written = Written(
                    renderer.render(answer.data), content_type_of(renderer), answer["Content-Disposition"]
                )
            self._written[type(renderer)] = written
        disposition = {"Content-Disposition": written.disposition}
        return HttpResponse(written.content, content_type=written.content_type, headers=disposition)

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
