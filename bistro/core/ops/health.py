"""The health check: the database answers, all migrations are applied, backups are made.

Redis is optional and not checked.
"""

from typing import Any

from django.db import Error as AnyDatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bistro.core.ops.backups import backup_state
from bistro.core.ops.selectors import unapplied_migrations


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Return `200 {"status": "ok", "checks": {…}, "backup": {…}}`, or 503 naming the failed checks.

    A late backup is `degraded`: guests can still order.
    """
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
    backup = backup_facts()
    status = "unavailable" if not well else "degraded" if backup["state"] == "late" else "ok"
    return JsonResponse({"status": status, "checks": checks, "backup": backup}, status=200 if well else 503)


def backup_facts() -> dict[str, Any]:
    """Return the state of the schedule, the moment of the newest backup and its age in seconds."""
    now = timezone.now()
    state = backup_state(now)
    age = round((now - state.at).total_seconds()) if state.at else None
    return {"state": state.word, "at": state.at.isoformat() if state.at else None, "age_seconds": age}
