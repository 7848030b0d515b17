"""A cheap check that the database accepts writes: one durable commit without a row, at most every two seconds."""

import logging
import threading
import time

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import connection

from bistro.core.database.errors import NO_SPACE_BYTES, free_bytes, is_disk_full, is_malformed, troubles
from bistro.core.ops.findings import Finding, Level

log = logging.getLogger(__name__)
PAUSE_SECONDS = 2.0
PATIENCE_MS = 2000
LITTLE_SPACE_BYTES = 64 * 1024 * 1024
_FULL = "disk is full"


class WriteProbe:
    """The last finding about writes. Concurrent health requests share one probe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last: tuple[float, Finding] | None = None

    def find(self) -> Finding:
        """Return the newest finding, at most two seconds old. Raises the error of a malformed database."""
        with self._guard:
            if self._last is None or time.monotonic() - self._last[0] > PAUSE_SECONDS:
                self._last = (time.monotonic(), _try())
            return self._last[1]

    def forget(self) -> None:
        """Forget the last finding."""
        with self._guard:
            self._last = None


probe = WriteProbe()


def _try() -> Finding:
    free = free_bytes()
    facts = {"free_bytes": free}
    try:
        write()
        if troubles.is_full() and connection.vendor == "postgresql":
            _write_a_megabyte()
            troubles.space_returned()
    except AnyDatabaseError as error:
        if is_malformed(error):
            raise
        if is_disk_full(error):
            return Finding("writes", _FULL, Level.UNAVAILABLE, facts)
        if "locked" in str(error) or "lock timeout" in str(error):
            return Finding("writes", "another write takes long", Level.DEGRADED, facts)
        log.warning("the database accepts no write", extra={"error": repr(error)})
        return Finding("writes", "fail", Level.UNAVAILABLE, facts)
    if troubles.is_full() or (settings.SQLITE and free < NO_SPACE_BYTES):
        return Finding("writes", _FULL, Level.UNAVAILABLE, facts)
    if free < LITTLE_SPACE_BYTES:
        return Finding("writes", f"{free // 2**20} MB of space left", Level.DEGRADED, facts)
    return Finding("writes", facts=facts)


def write() -> None:
    """Commit a change that belongs to no table: SQLite's user version, a message in PostgreSQL's log."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_logical_emit_message(true, 'bistro', 'health')")
            return
        cursor.execute("PRAGMA busy_timeout")
        (patience,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA user_version")
            (version,) = cursor.fetchone()
            cursor.execute(f"PRAGMA user_version = {(version + 1) % 2**31}")
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")


def _write_a_megabyte() -> None:
    """Let PostgreSQL extend a file on the disk that refused an order, because a message fits into existing files."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bistro_space ON COMMIT DROP AS "
            "SELECT md5(number::text) FROM generate_series(1, 16384) AS number"
        )
