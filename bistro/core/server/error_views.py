"""Views of Django's own errors: a page for people, a problem document for programs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views import defaults

from bistro.core.kernel.problems import PROBLEM_TYPE, problem

_PROGRAMS = ("/api/", "/auth/", "/restaurants/", "/openapi.json", "/health", "/metrics")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 400, for example for an unknown host or a broken form."""
    if not is_program(request):
        return defaults.bad_request(request, exception)
    return problem_answer(400, gettext("This request makes no sense."), "parse_error")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 403."""
    if not is_program(request):
        return defaults.permission_denied(request, exception)
    return problem_answer(403, str(exception) or gettext("You may not do this."), "permission_denied")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 404, with the same words for a missing row and for a row of another restaurant."""
    if not is_program(request):
        return defaults.page_not_found(request, exception)
    return problem_answer(404, gettext("There is nothing here."), "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 500 without internal details."""
    if not is_program(request):
        return defaults.server_error(request)
    return problem_answer(500, gettext("Something went wrong on the server."), "server_error")


def is_program(request: HttpRequest) -> bool:
    """Return whether a program asks: at an API path, or without accepting a page."""
    return request.path_info.startswith(_PROGRAMS) or "text/html" not in request.headers.get("Accept", "text/html")


def problem_answer(status: int, detail: str, code: str) -> HttpResponse:
    """Return a problem document as the whole answer."""
    answer = JsonResponse(problem(status, detail, code), status=status, content_type=PROBLEM_TYPE)
    patch_vary_headers(answer, ["Accept-Language"])
    return answer
