"""The health pages: `/health` and `/health/ready` for monitors and proxies, `/health/live` for supervisors.

Redis is optional and not checked. Higher apps add checks that degrade an installation (`HEALTH_CHECKS`).
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bistro.core.database.errors import is_malformed, storage_refusal
from bistro.core.kernel.hooks import hook
from bistro.core.ops.backups import backup_state
from bistro.core.ops.findings import Finding, Level
from bistro.core.ops.integrity import integrity
from bistro.core.ops.selectors import unapplied_migrations
from bistro.core.ops.write_probe import probe


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Return 200 while the process answers. A supervisor restarts a process that does not."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Return `200 {"status": "ok", "checks": {…}}`, 200 `degraded`, or 503 `unavailable`, naming what is wrong."""
    found = list(_findings())
    levels = {finding.level for finding in found}
    level = next(level for level in (Level.UNAVAILABLE, Level.DEGRADED, Level.OK) if level in levels)
    body: dict[str, Any] = {"status": level.value, "checks": {finding.name: finding.text for finding in found}}
    body |= {finding.name: finding.facts for finding in found if finding.facts}
    return JsonResponse(body, status=503 if level is Level.UNAVAILABLE else 200)


def _findings() -> Iterator[Finding]:
    """Yield the finding of every check. Without a database the other checks cannot tell."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = unapplied_migrations()
        writes = probe.find()
        more = [hook(path)(now=timezone.now()) for path in settings.HEALTH_CHECKS] if not missing else []
    except AnyDatabaseError as error:
        storage_refusal(error)  # a malformed database is remembered
        yield Finding("database", "is malformed" if is_malformed(error) else "does not answer", Level.UNAVAILABLE)
        yield from (Finding(name, "unknown", Level.UNAVAILABLE) for name in ("migrations", "writes"))
    else:
        yield Finding("database")
        yield _migrations(missing)
        yield writes
        yield from more
    yield integrity()
    yield _backup()


def _backup() -> Finding:
    """Return the state of the schedule, the moment of the newest backup and its age in seconds."""
    now = timezone.now()
    state = backup_state(now)
    age = round((now - state.at).total_seconds()) if state.at else None
    facts = {"state": state.word, "at": state.at.isoformat() if state.at else None, "age_seconds": age}
    return Finding("backup", state.word, Level.DEGRADED if state.late else Level.OK, facts)


def _migrations(missing: list[str]) -> Finding:
    if not missing:
        return Finding("migrations")
    return Finding("migrations", f"{len(missing)} not applied", Level.UNAVAILABLE)
