"""The health check: the database answers and all migrations are applied. Redis is optional and not checked."""

from typing import Any

from django.db import Error as AnyDatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from bistro.core.ops.selectors import unapplied_migrations


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Return `200 {"status": "ok", "checks": {…}}`, or 503 naming the failed checks."""
    checks: dict[str, Any] = {"database": "ok", "migrations": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = unapplied_migrations()
        if missing:
            checks["migrations"] = f"{len(missing)} not applied"
    except AnyDatabaseError:
        checks["database"] = "does not answer"
        checks["migrations"] = "unknown"
    well = all(state == "ok" for state in checks.values())
    return JsonResponse({"status": "ok" if well else "unavailable", "checks": checks}, status=200 if well else 503)
