"""The making of one archive, while servers write."""

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import locks

from bistro.backup import postgres, sqlite
from bistro.backup.archives import (
    FORMAT,
    UPGRADE,
    Archive,
    ArchiveWriter,
    BackupError,
    checksum_of,
    file_pieces,
    fingerprint,
    prune,
    write_key,
)
from bistro.backup.databases import default_name, is_sqlite, opened_file, snapshot_of_postgres
from bistro.backup.facts import read_facts
from bistro.core.ops.backups import STAMP, archives_in, forget_listing, moment_of
from bistro.core.ops.version import VERSION

INCREMENTS_FROM = 64 * 1024 * 1024  # bytes of database and media; below that each archive is full
BASE_LASTS = timedelta(hours=24)
MEDIA = "media/"
WORK = ".work-"


class BackupRunning(BackupError):
    """Another process writes a backup to the same folder."""


@dataclass(frozen=True)
class Made:
    """A finished archive."""

    archive: Path
    key: Path
    size: int
    seconds: float
    base: str | None
    removed: list[str]


def make_backup(*, folder: Path, keep: int | None, scheduled: bool = False, upgrade: bool = False) -> Made:
    """Write an archive of this moment to `folder`; then delete all but the newest `keep` there, if that is given.

    A scheduled backup may be an increment, spares the disk, and raises BackupRunning where others wait.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    began = time.monotonic()
    megabytes_a_second = _pace() if scheduled else 0
    with _work_folder(folder, wait=not scheduled) as work:
        path = _free_name(folder, upgrade=upgrade)
        base_path = _base(folder) if scheduled else None
        base: AbstractContextManager[Archive | None] = Archive(base_path) if base_path else nullcontext(None)
        with base as full, ArchiveWriter(path) as writer:
            facts = _write_database(writer, work, full, megabytes_a_second)
            media = _write_media(writer, full)
            key = write_key(path, settings.SECRET_KEY)
            manifest = {
                "format": FORMAT,
                "product": "bistro",
                "version": VERSION,
                "made_at": moment_of(path.name).isoformat(),  # type: ignore[union-attr]
                "seconds": round(time.monotonic() - began, 1),
                "database": "sqlite" if is_sqlite() else "postgresql",
                "base": base_path.name if base_path else None,
                "secret_key": fingerprint(settings.SECRET_KEY),
                "media": media,
                **facts,
            }
            writer.finish(manifest)
    removed = prune(folder, keep) if keep is not None else []
    forget_listing()
    return Made(path, key, path.stat().st_size, time.monotonic() - began, manifest["base"], removed)


def _write_database(
    writer: ArchiveWriter, work: Path, base: Archive | None, megabytes_a_second: float
) -> dict[str, Any]:
    if is_sqlite():
        copy = work / "copy.sqlite3"
        sqlite.copy_database(Path(default_name()), copy, megabytes_a_second)
        if base is None:  # an increment is checked with the next full archive, to put few minutes of orders at risk
            sqlite.refuse_malformed_copy(copy)
        with opened_file(copy) as alias:
            facts = read_facts(alias)
        checksum = sqlite.write_database(writer, copy, base)
        return {"facts": facts, "database_size": copy.stat().st_size, "database_sha256": checksum}
    with snapshot_of_postgres() as (alias, snapshot):
        writer.add(postgres.DUMP, postgres.dump(snapshot), compress=False)
        return {"facts": read_facts(alias)}


def _pace() -> float:
    """Return the megabytes a second of a scheduled copy: gentle, but within a quarter of the interval."""
    if not is_sqlite() or not settings.BACKUP_MEGABYTES_A_SECOND or not settings.BACKUP_SECONDS:
        return 0.0
    needed = Path(default_name()).stat().st_size / 1e6 / (settings.BACKUP_SECONDS / 4)
    return max(settings.BACKUP_MEGABYTES_A_SECOND, needed)


def _write_media(writer: ArchiveWriter, base: Archive | None) -> dict[str, dict[str, Any]]:
    """Write uploaded files that the base lacks. Return all of them with checksum and place."""
    root = Path(settings.MEDIA_ROOT)
    before = base.manifest["media"] if base else {}
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []:
        name = path.relative_to(root).as_posix()
        with contextlib.suppress(FileNotFoundError):  # it was deleted meanwhile
            checksum = checksum_of(path)
            if before.get(name, {}).get("sha256") == checksum:
                found[name] = {"sha256": checksum, "in_base": True}
                continue
            writer.add(MEDIA + name, file_pieces(path), compress=False)
            found[name] = {"sha256": writer.files[MEDIA + name]["sha256"], "in_base": False}
    return found


def _free_name(folder: Path, *, upgrade: bool) -> Path:
    """Return a name that says the present second and is not taken."""
    while True:
        stamp = datetime.now(UTC).strftime(STAMP)
        if not any(folder.glob(f"bistro-{stamp}*")):
            return folder / f"bistro-{stamp}{UPGRADE if upgrade else ''}"
        time.sleep(0.1)


def _base(folder: Path) -> Path | None:
    """Return the newest full archive that an increment may be based on, or None where a full one is due."""
    if _bytes_to_keep() < INCREMENTS_FROM:
        return None
    oldest = datetime.now(UTC) - BASE_LASTS
    for path in archives_in(folder):
        at = moment_of(path.name)
        if at is None or at < oldest:
            return None
        with contextlib.suppress(BackupError), Archive(path) as archive:
            if archive.base is None and archive.manifest["database"] == ("sqlite" if is_sqlite() else "postgresql"):
                return path
    return None


def _bytes_to_keep() -> int:
    root = Path(settings.MEDIA_ROOT)
    media = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) if root.is_dir() else 0
    return media + (Path(default_name()).stat().st_size if is_sqlite() else 0)


@contextmanager
def _work_folder(folder: Path, *, wait: bool) -> Iterator[Path]:
    """Yield a scratch folder on the archives' disk. One backup at a time writes to a folder of archives."""
    with (folder / ".lock").open("ab") as lock:
        if not locks.lock(lock, locks.LOCK_EX if wait else locks.LOCK_EX | locks.LOCK_NB):
            raise BackupRunning("Another backup is being written to this folder.")
        for left in [*folder.glob(f"{WORK}*"), *folder.glob(".bistro-*.part")]:  # of a backup that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        _refuse_full_disk(folder)
        work = Path(tempfile.mkdtemp(prefix=WORK, dir=folder))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _refuse_full_disk(folder: Path) -> None:
    needed = 2 * Path(default_name()).stat().st_size if is_sqlite() else 0
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(f"{folder} has {free // 10**6} MB free; a backup needs up to {needed // 10**6} MB.")


def copy_elsewhere(archive: Path) -> None:
    """Run the owner's command with the archive's path as its argument. Raises BackupError if it fails."""
    if not settings.BACKUP_COMMAND:
        return
    command = ["sh", "-c", f'{settings.BACKUP_COMMAND} "$@"', "BACKUP_COMMAND", str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-300:]
        raise BackupError(f"The archive is complete, but BACKUP_COMMAND failed with status {done.returncode}: {said}")
