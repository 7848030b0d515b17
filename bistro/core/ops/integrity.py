"""The integrity check of a SQLite database after an unclean start.

It runs in a thread of its own, because a large database takes a while and guests order meanwhile; the start itself
reads only small ones (`starting.py`). PostgreSQL checks its pages itself.
"""

import os
import threading
from datetime import datetime
from pathlib import Path

from django.conf import settings

from bistro.core.database.errors import troubles
from bistro.core.database.integrity import malformation
from bistro.core.kernel.errors import StorageDamaged
from bistro.core.ops.findings import Finding, Level

_started = threading.Lock()  # held for good once this process has looked
_checking = threading.Event()


def check_after_unclean_start(*, now: datetime) -> None:
    """Check the database once in a process, if an earlier process of this data folder ended without warning."""
    if not settings.SQLITE or not _started.acquire(blocking=False):
        return
    unclean = note_start(Path(settings.VAR) / "serving")
    if unclean:
        _checking.set()
        threading.Thread(target=_check, name="integrity", daemon=True).start()


def note_start(folder: Path) -> bool:
    """Leave a file for this process until its clean end. Return whether another file was left by a killed process."""
    folder.mkdir(exist_ok=True)
    left = [file for file in folder.iterdir() if file.name.isdigit() and not _is_another_living(int(file.name))]
    for file in left:
        file.unlink(missing_ok=True)
    _mark(folder).touch()
    return bool(left)


def note_clean_end() -> None:
    """Remove the file of this process."""
    _mark(Path(settings.VAR) / "serving").unlink(missing_ok=True)


def _mark(folder: Path) -> Path:
    return folder / str(os.getpid())


def _is_another_living(pid: int) -> bool:
    """Return whether the file belongs to another process that runs. In a container the number may be ours again."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _check() -> None:
    try:
        if malformation(settings.DATABASE["NAME"]):
            troubles.note(StorageDamaged())
    finally:
        _checking.clear()


def integrity() -> Finding:
    """Return whether the database is malformed, as a check or a request of this process found out."""
    if troubles.malformed:
        return Finding("integrity", "the database is malformed: restore the newest backup", Level.UNAVAILABLE)
    return Finding("integrity", "being checked" if _checking.is_set() else "ok")
