"""The start and the clean stop of a server process."""

import atexit
import gc
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import locks
from django.db import Error as AnyDatabaseError
from django.db import connection, connections

from bistro.core.database.integrity import QUICK, cannot_be_read, close_cleanly, malformation
from bistro.core.database.schema_state import FOREIGN_DATABASE, unknown_migrations
from bistro.core.ops.integrity import note_clean_end
from bistro.core.writing.sweeps import Sweeper

CHECKED_AT_START = 256 * 1024 * 1024  # bytes; a larger file would keep guests waiting, its header is read only
MALFORMED = (
    "The database {} is malformed ({}). Nothing was changed. Restore the newest backup: `manage.py restore ARCHIVE` "
    "(docs/backup.md)."
)
RESTORE_INTERRUPTED = (
    "A restore runs on this data folder, or one was interrupted. Wait, or run `manage.py restore ARCHIVE` again."
)
NOT_ALONE = "A server runs on this data folder. Stop every server, then try again."

_held: list[Any] = []  # the lock of this process, which ends with the process


class Refusal(Exception):
    """A sentence that says why the installation cannot be used now."""


def refuse_unusable_database() -> None:
    """Raise Refusal for a database that is malformed, newer than this code, or half restored."""
    refuse_unusable_file()
    try:
        newer = unknown_migrations(connection)
    except AnyDatabaseError:  # the database is away: the server starts, and /health says so
        return
    finally:
        connection.close()
    if newer:
        raise Refusal(FOREIGN_DATABASE.format(", ".join(newer[:3])))


def refuse_unusable_file() -> None:
    """Raise Refusal for a half restored data folder and for a malformed SQLite file.

    A file that is too large to be checked at a start is only opened.
    """
    if restore_marker().exists():
        raise Refusal(RESTORE_INTERRUPTED)
    path = sqlite_file()
    if path is None or not path.exists() or not path.stat().st_size:
        return
    small = path.stat().st_size <= CHECKED_AT_START
    wrong = malformation(path, QUICK) if small else cannot_be_read(path)
    if wrong:
        raise Refusal(MALFORMED.format(path, wrong))


def sqlite_file() -> Path | None:
    """Return the database's file, or None on PostgreSQL."""
    return Path(settings.DATABASE["NAME"]) if settings.SQLITE else None


def restore_marker() -> Path:
    """Return the file that exists while a restore replaces the data folder."""
    return Path(settings.VAR) / "restoring"


def hold_installation(*, alone: bool) -> Any:
    """Lock the data folder, shared by servers or `alone` for a restore. Raises Refusal. The caller keeps the result.

    The lock belongs to the open file, so a killed process frees it.
    """
    file = (Path(settings.VAR) / "serving.lock").open("ab")
    if not locks.lock(file, (locks.LOCK_EX if alone else locks.LOCK_SH) | locks.LOCK_NB):
        file.close()
        raise Refusal(NOT_ALONE if alone else RESTORE_INTERRUPTED)
    return file


def begin_serving(start_sweeps: Callable[[], Sweeper | None]) -> Callable[[], None]:
    """Check the database, lock the data folder and start the sweeps. End the process with a sentence if refused.

    Returns the function for a clean stop, which also runs when the interpreter ends.
    """
    if not settings.SWEEP_SECONDS:  # tests
        return lambda: None
    try:
        _held.append(hold_installation(alone=False))
        refuse_unusable_database()
    except Refusal as refusal:
        sys.exit(str(refusal))
    close = partial(end_serving, start_sweeps())
    atexit.register(close)
    return close


def end_serving(sweeper: Sweeper | None) -> None:
    """Stop the sweeps and close the database, so that its file is complete without `-wal`. Harmless when repeated."""
    if sweeper is not None:
        sweeper.stop()
        sweeper.join(timeout=5)
    path = sqlite_file()
    if path is not None and path.exists():
        _close_every_connection()
        close_cleanly(path)
        note_clean_end()


def _close_every_connection() -> None:
    """Close the connections of all threads; SQLite keeps the log beside the file until the last one is closed."""
    connections.close_all()
    for thing in gc.get_objects():
        if issubclass(type(thing), sqlite3.Connection):  # isinstance would wake lazy objects
            thing.close()
