"""Integrity of a SQLite file. PostgreSQL checks its pages itself."""

import sqlite3
from contextlib import closing
from pathlib import Path

QUICK = "quick_check"  # all pages and rows
WHOLE = "integrity_check"  # indexes are compared with their tables, too


def malformation(path: Path | str, check: str = QUICK) -> str:
    """Return what is wrong with a SQLite file in a few words, or "" for a sound one."""
    try:
        with closing(sqlite3.connect(path, timeout=20)) as connection:
            (found,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
            return "" if found == "ok" else str(found).splitlines()[-1]
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            return ""
        return str(error)
    except sqlite3.DatabaseError as error:
        return str(error)


def cannot_be_read(path: Path | str) -> str:
    """Return what is wrong with a SQLite file's header and schema, in milliseconds whatever its size."""
    try:
        with closing(sqlite3.connect(path, timeout=20)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return ""
    except sqlite3.OperationalError as error:
        return "" if "locked" in str(error) or "busy" in str(error) else str(error)
    except sqlite3.DatabaseError as error:
        return str(error)


def close_cleanly(path: Path | str) -> bool:
    """Write the log (`-wal`) into the file and empty it. Return whether nobody was in the way."""
    with closing(sqlite3.connect(path, timeout=2, isolation_level=None)) as connection:
        busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
