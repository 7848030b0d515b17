"""Files and folders replaced as a whole, so that nothing of the earlier state is mixed into the new one."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bistro.backup.archives import BackupError, sync_folder
from bistro.core.ops.starting import NOT_ALONE

BESIDE = ("-wal", "-shm", "-journal")  # files that SQLite would apply to any database of that name


def give_up_file(path: Path) -> None:
    """Complete the present database file from its log. Raises BackupError while another program has it open.

    Leaving the write-ahead log needs the file for oneself, so this finds servers of other data folders, too.
    """
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=2, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BackupError(NOT_ALONE) from None
    except sqlite3.DatabaseError:
        pass  # it is malformed: that may be why it is replaced


def replace_file(new: Path, path: Path, keep_in: Path) -> None:
    """Put a complete database in the place of another one and its log, which are kept in a folder."""
    with new.open("rb") as file:
        os.fsync(file.fileno())
    for name in BESIDE:
        beside = path.with_name(path.name + name)
        if beside.exists():
            shutil.move(beside, keep_in / beside.name)
    if path.exists():
        _keep(path, keep_in / path.name)
    os.replace(new, path)
    path.chmod(0o600)
    sync_folder(path.parent)


def replace_folder(new: Path, path: Path, keep_in: Path) -> None:
    """Put a folder in the place of another one, which is kept if it holds anything."""
    if path.is_dir() and any(path.iterdir()):
        shutil.move(path, keep_in / path.name)
    elif path.is_dir():
        path.rmdir()
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(new, path)
    sync_folder(path.parent)


def _keep(path: Path, target: Path) -> None:
    """Give the file a second name, or copy it to another disk; the first name never points at nothing."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copy2(path, target)
