"""The security headers of answers that never reach Django's middleware, made by that same middleware."""

from functools import cache

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django_permissions_policy import PermissionsPolicyMiddleware


class _OverHttps(HttpRequest):
    """A request that came safely, so that it is answered and not redirected."""

    def _get_scheme(self) -> str:
        return "https"


@cache
def security_headers() -> tuple[tuple[str, str], ...]:
    """Return the strict headers as (name, value), the same for every answer."""
    policy = PermissionsPolicyMiddleware(lambda request: HttpResponse())
    answer = SecurityMiddleware(XFrameOptionsMiddleware(CSPMiddleware(policy)))(_OverHttps())
    assert isinstance(answer, HttpResponseBase)
    return tuple((name, value) for name, value in answer.items() if name != "Content-Type")
