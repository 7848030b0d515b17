"""Errors of the API as problem documents (RFC 9457)."""

import logging
import math
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext, gettext_lazy
from drf_standardized_errors.formatter import ExceptionFormatter, flatten_errors
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions
from rest_framework.response import Response

from bistro.core.auth.refused import RefusedAPIException
from bistro.core.database.errors import storage_refusal
from bistro.core.kernel.errors import DomainError, Overloaded, TooMany
from bistro.core.kernel.problems import PROBLEM_TYPE, problem

log = logging.getLogger(__name__)
_CODES = {
    400: "parse_error",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    415: "unsupported_media_type",
    500: "server_error",
}


class TooLarge(exceptions.APIException):
    """A request body beyond the limit (413)."""

    status_code = 413
    default_detail = gettext_lazy("The body is too large.")


class ProblemHandler(ExceptionHandler):
    """A handler that turns every exception of an API view into an APIException.

    An unavailable database is 503, not 500.
    """

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if (refusal := storage_refusal(exc)) is not None:
            log.warning("storage unavailable for a request", extra={"error": repr(exc)})
            exc = refusal
        if isinstance(exc, exceptions.Throttled):
            wait = max(1, math.ceil(getattr(exc, "wait", None) or 1))
            exc = TooMany(gettext("Too many requests. Try again in %(wait)s s.") % {"wait": wait}, retry_after=wait)
        if isinstance(exc, DomainError):
            return RefusedAPIException(exc)
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        return super().convert_known_exceptions(exc)

    def get_response(self, exc: exceptions.APIException, data: dict[str, Any]) -> Response:
        response = super().get_response(exc, data)
        response.status_code = data["status"]
        response.content_type = PROBLEM_TYPE
        response["Content-Language"] = get_language() or settings.LANGUAGE_CODE
        patch_vary_headers(response, ["Accept-Language"])
        return response

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        """Report errors with a traceback, except overload."""
        if response.status_code != Overloaded.status:
            super().report_exception(exc, response)


class ProblemFormatter(ExceptionFormatter):
    """A formatter of the problem document."""

    def run(self) -> dict[str, Any]:
        exc = self.exc
        if isinstance(exc, RefusedAPIException):
            error = exc.error
            fields = {"errors": error.fields} if error.fields else {}
            return problem(error.status, error.message, error.code, **fields, **error.extra)
        if isinstance(exc, exceptions.ValidationError):
            errors = field_errors(exc.detail)
            first = next(iter(errors.items()))
            return problem(422, f"{first[0]}: {first[1][0]}", "validation_error", errors=errors)
        code = _CODES.get(exc.status_code, "error")
        named = exc.get_codes()
        if exc.status_code == 401 and isinstance(named, str):
            code = named
        return problem(exc.status_code, _detail(exc), code)


def _detail(exc: exceptions.APIException) -> str:
    detail = exc.detail
    if isinstance(detail, Mapping):
        detail = detail.get("detail", "")  # type: ignore[arg-type]
    return str(detail)


def field_errors(detail: Any) -> dict[str, list[str]]:
    """Flatten DRF's nested errors: `lines.0.quantity` → messages."""
    errors: dict[str, list[str]] = {}
    for error in flatten_errors(detail):
        name = (error.attr or "").removesuffix("non_field_errors").rstrip(".")
        errors.setdefault(name or "body", []).append(str(error.detail))
    return errors
