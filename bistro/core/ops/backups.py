"""The newest backup of this installation, as the names of the archives in its folder tell it.

No row in the database says when the last backup was made: after a restore that row would be wrong.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

ARCHIVE_NAME = re.compile(r"bistro-(?P<stamp>\d{8}T\d{6}Z)(?P<upgrade>-before-upgrade)?")
STAMP = "%Y%m%dT%H%M%SZ"
READ_AGAIN_SECONDS = 2.0  # the folder is listed at most this often
AFTER_A_START = 300.0  # seconds in which no backup is late
STARTED = datetime.now(UTC)

_read: tuple[float, Path, "tuple[datetime, float, int] | None"] | None = None


@dataclass(frozen=True, slots=True)
class BackupState:
    """The state of the schedule. `at` is the moment that the newest archive holds, None without an archive."""

    at: datetime | None
    seconds: float  # how long the newest backup took
    size: int  # bytes of the newest archive
    every: float  # seconds between two backups; 0 if the product makes none
    late: bool

    @property
    def word(self) -> str:
        """Return `off`, `late`, `none yet` or `ok`."""
        if not self.every:
            return "off"
        if self.late:
            return "late"
        return "ok" if self.at else "none yet"


def moment_of(name: str) -> datetime | None:
    """Return the moment that an archive of this name holds, or None for another file."""
    found = ARCHIVE_NAME.fullmatch(name)
    return datetime.strptime(found["stamp"], STAMP).replace(tzinfo=UTC) if found else None


def archives_in(folder: Path) -> list[Path]:
    """Return the finished archives of a folder, newest first."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if moment_of(path.name) and path.is_file()]
    return sorted(found, key=lambda path: path.name, reverse=True)


def backup_state(now: datetime) -> BackupState:
    """Return the state of the schedule. A backup is late after twice the interval.

    After a night without power the first backup has some minutes before it is late.
    """
    newest = _newest(Path(settings.BACKUP_FOLDER))
    every = settings.BACKUP_SECONDS
    at, seconds, size = newest or (None, 0.0, 0)
    grace = timedelta(seconds=min(AFTER_A_START, 2 * every))
    late = bool(every) and now - (at or STARTED) > timedelta(seconds=2 * every) and now - STARTED > grace
    return BackupState(at, seconds, size, every, late)


def _newest(folder: Path) -> tuple[datetime, float, int] | None:
    """Return moment, duration and size of the newest archive, from a listing that is seconds old at most."""
    global _read
    clock = time.monotonic()
    if _read is None or _read[1] != folder or clock - _read[0] > READ_AGAIN_SECONDS:
        _read = clock, folder, _facts_of_newest(folder)
    return _read[2]


def _facts_of_newest(folder: Path) -> tuple[datetime, float, int] | None:
    try:
        for path in archives_in(folder):
            at, facts = moment_of(path.name), path.stat()
            if at is not None:  # an archive is written last when it is finished
                return at, max(0.0, facts.st_mtime - at.timestamp()), facts.st_size
    except OSError:  # the folder cannot be read, which is no backup either
        pass
    return None


def forget_listing() -> None:
    """Read the folder again at the next question."""
    global _read
    _read = None
