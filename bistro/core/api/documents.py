"""Pages of the API documentation, without resources of other servers."""

from typing import Any

from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response


class TryOut(SpectacularSwaggerView):
    """The Swagger UI page."""

    schema = None  # a page, no part of the API

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
