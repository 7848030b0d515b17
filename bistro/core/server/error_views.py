"""What Django itself refuses, outside every view: a page for people, a problem document for programs."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from bistro.core.api.problem_documents import problem_response

_PROGRAMS = ("/api/", "/auth/", "/openapi.json", "/health", "/metrics")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a host that is not ours, a broken form."""
    if not _is_program(request):
        return defaults.bad_request(request, exception)
    return problem_response(400, "This request makes no sense.", "parse_error")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    if not _is_program(request):
        return defaults.permission_denied(request, exception)
    return problem_response(403, str(exception) or "You may not do this.", "permission_denied")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same words whether something is missing or somebody else's."""
    if not _is_program(request):
        return defaults.page_not_found(request, exception)
    return problem_response(404, "There is nothing here.", "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without a word about the inside."""
    if not _is_program(request):
        return defaults.server_error(request)
    return problem_response(500, "Something went wrong on the server.", "server_error")


def _is_program(request: HttpRequest) -> bool:
    """Whether a program asks: at an address of the API, or without wanting a page."""
    return request.path_info.startswith(_PROGRAMS) or "text/html" not in request.headers.get("Accept", "text/html")
