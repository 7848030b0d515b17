"""The security headers of answers that never reach Django's middleware, made by that same middleware."""

from collections.abc import Callable
from functools import cache
from typing import Any

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django_permissions_policy import PermissionsPolicyMiddleware

_MIDDLEWARE: tuple[Callable[[Any], Any], ...] = (
    PermissionsPolicyMiddleware,
    CSPMiddleware,
    XFrameOptionsMiddleware,
    SecurityMiddleware,
)


class _OverHttps(HttpRequest):
    """A request that came safely, so that it is answered and not redirected."""

    def _get_scheme(self) -> str:
        return "https"


@cache
def security_headers() -> tuple[tuple[str, str], ...]:
    """Return the strict headers as (name, value), the same for every answer."""
    answer: Any = lambda request: HttpResponse()  # noqa: E731
    for middleware in _MIDDLEWARE:
        answer = middleware(answer)
    return tuple((name, value) for name, value in answer(_OverHttps()).items() if name != "Content-Type")
