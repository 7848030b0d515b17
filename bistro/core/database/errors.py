"""Database and disk exceptions that entry points answer with 503, and the refusal of each kind."""

import errno
import os
import threading
import time
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.translation import gettext
from psycopg_pool import PoolTimeout, TooManyRequests

from bistro.core.kernel.errors import Overloaded, StorageDamaged, StorageFull

# Raised by a database that is busy, restarting or out of reach: answered with 503 and Retry-After, never with 500.
DATABASE_IS_BUSY = (OperationalError, InterfaceError, PoolTimeout, TooManyRequests)
REMEMBERED_SECONDS = 60.0  # how long a failed write counts against the health of the installation
NO_SPACE_BYTES = 1024 * 1024  # with less than this, an I/O error of SQLite is one of space

_SQLITE_FULL, _SQLITE_IOERR, _SQLITE_CANTOPEN, _SQLITE_CORRUPT, _SQLITE_NOTADB = 13, 10, 14, 11, 26
_POSTGRESQL_DISK_FULL = "53100"
_POSTGRESQL_CORRUPT = frozenset({"XX001", "XX002"})


def database_is_busy() -> Overloaded:
    """Return the refusal of a request that the database could not serve."""
    return Overloaded(gettext("The server is busy. Try again in a moment."))


class StorageTroubles:
    """Storage failures that requests of this process met. `/health` reads them, because a small write may still fit."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._full_at: float | None = None
        self.malformed = False

    def note(self, refusal: Overloaded) -> None:
        """Remember a refusal for lack of space or for a malformed database."""
        with self._guard:
            if isinstance(refusal, StorageFull):
                self._full_at = time.monotonic()
            self.malformed |= isinstance(refusal, StorageDamaged)

    def is_full(self) -> bool:
        """Return whether a write failed for lack of space within the last minute."""
        with self._guard:
            return self._full_at is not None and time.monotonic() - self._full_at < REMEMBERED_SECONDS

    def space_returned(self) -> None:
        """Forget the failed writes, because a larger write succeeded."""
        with self._guard:
            self._full_at = None

    def forget(self) -> None:
        """Forget everything."""
        with self._guard:
            self._full_at, self.malformed = None, False


troubles = StorageTroubles()


def storage_refusal(error: BaseException) -> Overloaded | None:
    """Return the 503 for an exception of the database or the disk, or None for a fault of ours. Full is noted."""
    refusal = _kind_of(error)
    if refusal is not None:
        troubles.note(refusal)
    return refusal


def _kind_of(error: BaseException) -> Overloaded | None:
    if is_disk_full(error):
        return StorageFull()
    if is_malformed(error):
        return StorageDamaged()
    if isinstance(error, DATABASE_IS_BUSY):
        return database_is_busy()
    return None


def is_disk_full(error: BaseException) -> bool:
    """Return whether an exception says that no space is left, in the database or for a file."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, DatabaseError):
        return False
    code = _sqlite_code(error)
    return (
        code == _SQLITE_FULL
        or _sqlstate(error) == _POSTGRESQL_DISK_FULL
        or (code in (_SQLITE_IOERR, _SQLITE_CANTOPEN) and free_bytes() < NO_SPACE_BYTES)
    )


def is_malformed(error: BaseException) -> bool:
    """Return whether an exception says that the database's pages are damaged."""
    if not isinstance(error, DatabaseError):
        return False
    return _sqlite_code(error) in (_SQLITE_CORRUPT, _SQLITE_NOTADB) or _sqlstate(error) in _POSTGRESQL_CORRUPT


def free_bytes() -> int:
    """Return the free space of the disk that holds the database on SQLite, and media on both."""
    folder = Path(settings.DATABASE["NAME"]).parent if settings.SQLITE else Path(settings.VAR)
    try:
        facts = os.statvfs(folder)
    except OSError:
        return 0
    return facts.f_bavail * facts.f_frsize


def _sqlite_code(error: BaseException) -> int:
    """Return SQLite's primary error code, or 0."""
    return int(getattr(error.__cause__, "sqlite_errorcode", 0) or 0) & 0xFF


def _sqlstate(error: BaseException) -> str:
    return str(getattr(error.__cause__, "sqlstate", "") or "")
