"""The schedule of backups: a sweep that starts `manage.py backup --scheduled` as a process of its own.

A process of its own has its own interpreter lock and a low priority, so that orders do not wait for it.
"""

import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import locks

from bistro.core.ops.backups import BackupState, backup_state, forget_listing

AFTER_A_FAILURE = timedelta(seconds=60)
FIRST_AFTER = timedelta(seconds=30)  # a new server is busy with its start
CLAIM = ".scheduled"  # the file that the running process of the schedule holds locked
START_SECONDS = 10.0  # what the process needs before it copies
log = logging.getLogger(__name__)

_running: subprocess.Popen[bytes] | None = None
_first: datetime | None = None  # the first sweep of this process
_not_before: datetime | None = None
_was_late = False


def back_up_when_due(*, now: datetime) -> None:
    """Start a backup if one is due, and say once in the log when backups are late and when they are made again."""
    global _running, _first, _not_before
    if not settings.BACKUP_SECONDS:
        return
    _first = _first or now
    state = backup_state(now)
    _tell_if_late(state)
    if _running is not None:
        if _running.poll() is None:
            return
        failed, _running = _running.returncode != 0, None
        if failed:
            _not_before = now + AFTER_A_FAILURE
    if is_due(state, now, started=_first) and (_not_before is None or now >= _not_before):
        _running = _start(now, _first)


def _start(now: datetime, first: datetime) -> "subprocess.Popen[bytes] | None":
    """Start the process, unless a process of another server runs or has just made the backup.

    The new process inherits the open lock file, so the claim ends with it, however it ends.
    """
    folder = Path(settings.BACKUP_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / CLAIM).open("ab") as claim:
        if not locks.lock(claim, locks.LOCK_EX | locks.LOCK_NB):
            return None
        forget_listing()
        if not is_due(backup_state(now), now, started=first):
            return None
        return subprocess.Popen(
            _command(),
            cwd=settings.BASE_DIR,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            pass_fds=[claim.fileno()],
        )


def is_due(state: BackupState, now: datetime, *, started: datetime) -> bool:
    """Return whether a backup must begin now, so that it is complete before the interval has passed.

    A backup that takes most of the interval begins again only after a pause of half its own length.
    """
    if not state.every or now < started + min(FIRST_AFTER, timedelta(seconds=state.every)):
        return False
    if state.at is None:
        return True
    wait = max(state.every - state.seconds - START_SECONDS, 1.5 * state.seconds)
    return now - state.at >= timedelta(seconds=wait)


def _command() -> list[str]:
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "backup", "--scheduled"]


def _environment() -> dict[str, str]:
    """Return the environment of this server, with the data folder and settings that it really uses."""
    return {**os.environ, "VAR": str(settings.VAR), "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}


def _tell_if_late(state: BackupState) -> None:
    global _was_late
    if state.late and not _was_late:
        log.error("backup is late", extra={"last": state.at.isoformat() if state.at else None})
    elif _was_late and not state.late:
        log.info("backups are made again")
    _was_late = state.late
