"""Removal of uploaded files that nothing uses, such as those of a save that failed."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from bistro.core.writing.uploads import file_state, names_in_use

EVERY = timedelta(days=1)
KEPT = timedelta(days=7)  # of a file that no row names
FOLDERS = ("menu", "logos")

_due: datetime | None = None


def remove_unused_uploads(*, now: datetime) -> int:
    """Remove files that no row names and that are older than a week, once a day. Return their number.

    A database that names none of the files is not the one they belong to; then all stay.
    """
    global _due
    if _due is not None and now < _due:
        return 0
    root, oldest = Path(settings.MEDIA_ROOT), (now - KEPT).timestamp()
    files = {path.relative_to(root).as_posix(): path for name in FOLDERS for path in (root / name).rglob("*.*")}
    used = names_in_use() & set(files) if files else set()
    states = {path: file_state(path) for name, path in files.items() if name not in used} if used else {}
    unused = [path for path, state in states.items() if state is not None and state.st_mtime < oldest]
    for path in unused:
        path.unlink(missing_ok=True)
    _due = now + EVERY
    return len(unused)
