"""The API's pages for people: to try it out, and to read it. Everything they need comes from this server."""

from typing import Any

from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response


class TryOut(SpectacularSwaggerView):
    """Swagger UI."""

    schema = None  # a page, no part of the API

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, isolated like every other: the library opens it up for logins at other sites; we have none."""
        answer: Response = super().get(request, *args, **kwargs)
        del answer["Cross-Origin-Opener-Policy"]
        return answer


class Read(SpectacularRedocView):
    """ReDoc, from our own template without foreign fonts."""

    schema = None
