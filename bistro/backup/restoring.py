"""The way back: an archive checked in a scratch place, then put in the place of everything."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from bistro.backup import postgres, sqlite
from bistro.backup.archives import Archive, BackupError, checksum_of, fingerprint, key_file, sync_folder
from bistro.backup.databases import default_name, is_sqlite, opened_file, opened_postgres
from bistro.backup.facts import Facts, differences, read_facts
from bistro.backup.making import MEDIA
from bistro.backup.replacing import give_up_file, replace_file, replace_folder
from bistro.core.database.append_only import grant_to_server
from bistro.core.database.migrating import as_owner
from bistro.core.database.schema_state import unknown_among
from bistro.core.models import FeedEpoch
from bistro.core.ops.backups import STAMP
from bistro.core.ops.starting import hold_installation, restore_marker
from bistro.core.services.restoring import begin_new_history

Tell = Callable[[str], None]
WRONG_KEY = "{} is not the secret key of this archive. Nothing was changed."
NO_KEY = "The secret key was not restored: everybody signs in again. Name it with --secret-key FILE."
OTHER_KEY = "SECRET_KEY in the environment is not that of the archive: everybody signs in again."


@dataclass(frozen=True)
class Restored:
    """The outcome of a restore."""

    made_at: str
    epoch: str
    replaced: Path | None  # what was there before
    days: int  # business days whose money was compared
    orders: int


def restore(*, archive: Path, secret_key: Path | None, tell: Tell) -> Restored:
    """Replace database, media and secret key by those of an archive. No server may run.

    Everything is checked before the first change: after a refusal the installation is as it was.
    """
    connections.close_all()
    lock = hold_installation(alone=True)
    try:
        with as_owner(connection, settings.MIGRATE_DATABASE), Archive(archive) as opened:
            _refuse_foreign(opened)
            key = _key_for(opened, secret_key)
            if not is_sqlite():
                postgres.refuse_other_sessions()
            with _scratch(Path(default_name()).parent if is_sqlite() else Path(settings.VAR)) as scratch:
                return _replace(opened, scratch, key, tell)
    finally:
        connections.close_all()
        lock.close()


def check(*, archive: Path) -> Facts:
    """Restore an archive into a scratch place and compare it with its manifest. Raises BackupError with each break."""
    with as_owner(connection, settings.MIGRATE_DATABASE), Archive(archive) as opened:
        _refuse_foreign(opened)
        with _scratch(Path(settings.VAR)) as scratch:
            _read_media(opened, scratch / "media")
            if is_sqlite():
                _checked_file(opened, scratch)
            else:
                opened.extract(postgres.DUMP, scratch / postgres.DUMP)
                with postgres.scratch_database() as name:
                    postgres.load(scratch / postgres.DUMP, name)
                    with opened_postgres(name) as alias:
                        _refuse_differences(opened, read_facts(alias))
        facts: Facts = opened.manifest["facts"]
        return facts


def _replace(opened: Archive, scratch: Path, key: str | None, tell: Tell) -> Restored:
    _read_media(opened, scratch / "media")
    if is_sqlite():
        copy = _checked_file(opened, scratch)
        give_up_file(Path(default_name()))
        replaced = _begin()
        replace_file(copy, Path(default_name()), replaced)
    else:
        opened.extract(postgres.DUMP, scratch / postgres.DUMP)
        replaced = _begin()
        _load_postgres(opened, scratch / postgres.DUMP)
    replace_folder(scratch / "media", Path(settings.MEDIA_ROOT), replaced)
    _put_key(opened, key, replaced, tell)
    epoch = begin_new_history()
    _check_afterwards(opened)
    if not is_sqlite():
        postgres.drop_aside()
        if settings.MIGRATE_DATABASE:
            grant_to_server(connection, settings.DATABASE["USER"])
    restore_marker().unlink()
    sync_folder(Path(settings.VAR))
    return _outcome(opened, epoch, _only_newest(replaced))


def _begin() -> Path:
    """Mark the data folder, so that no server starts on a half restored one. Return a folder for what is replaced."""
    restore_marker().touch()
    replaced = Path(settings.VAR) / f"replaced-{datetime.now(UTC).strftime(STAMP)}"
    replaced.mkdir(mode=0o700, exist_ok=True)
    sync_folder(Path(settings.VAR))
    return replaced


def _checked_file(opened: Archive, scratch: Path) -> Path:
    """Return the archive's database as a file that is complete, sound and equal to the manifest."""
    path = scratch / "restored.sqlite3"
    sqlite.read_database(opened, path)
    if checksum_of(path) != opened.manifest["database_sha256"]:
        raise BackupError(f"The database in {opened.path.name} does not match its checksum.")
    sqlite.refuse_malformed(path)
    with opened_file(path) as alias:
        _refuse_differences(opened, read_facts(alias))
    return path


def _load_postgres(opened: Archive, dumped: Path) -> None:
    """Load the dump beside the present tables, which come back if anything is wrong with it."""
    try:
        postgres.put_aside()
        postgres.load(dumped)
        with opened_postgres(default_name()) as alias:
            _refuse_differences(opened, read_facts(alias))
    except BaseException:
        postgres.take_back()
        restore_marker().unlink()
        raise


def _refuse_differences(opened: Archive, found: Facts) -> None:
    wrong = differences(opened.manifest["facts"], found)
    if wrong:
        raise BackupError("\n".join(wrong))


def _check_afterwards(opened: Archive) -> None:
    """Compare what is now in place with the manifest; only the epoch is new."""
    if is_sqlite():
        sqlite.refuse_malformed(Path(default_name()))
    wrong = differences(_without_epoch(opened.manifest["facts"]), _without_epoch(read_facts("default")))
    connection.close()
    if wrong:
        raise BackupError("\n".join(wrong))


def _without_epoch(facts: Facts) -> Facts:
    rows = {table: count for table, count in facts["rows"].items() if table != FeedEpoch._meta.db_table}
    return {**facts, "epoch": "", "rows": rows}


def _read_media(opened: Archive, target: Path) -> None:
    """Write the uploaded files of an archive to a folder; an increment takes unchanged ones from its base."""
    target.mkdir()
    for name, facts in opened.manifest["media"].items():
        path = (target / name).resolve()
        if not path.is_relative_to(target.resolve()):
            raise BackupError(f"{opened.path.name} names a file outside the media folder: {name}")
        if facts["in_base"]:
            assert opened.base is not None
            with Archive(opened.base) as base:
                base.extract(MEDIA + name, path)
        else:
            opened.extract(MEDIA + name, path)


def _refuse_foreign(opened: Archive) -> None:
    """Refuse an archive of the other kind of database, or one that is newer than this code."""
    ours = "sqlite" if is_sqlite() else "postgresql"
    theirs = opened.manifest["database"]
    if theirs != ours:
        raise BackupError(f"The archive holds a {theirs} database, and DATABASE_URL names a {ours} one.")
    applied = [name.partition(".") for name in opened.manifest["facts"]["migrations"]]
    newer = unknown_among((app, name) for app, _dot, name in applied)
    if newer:
        version = opened.manifest["version"]
        raise BackupError(f"The archive is of Bistro {version}, which is newer than this code ({newer[0]}).")


def _key_for(opened: Archive, secret_key: Path | None) -> str | None:
    """Return the secret key to restore: that of the option, else that beside the archive, else None."""
    path = secret_key or key_file(opened.path)
    if not path.is_file():
        if secret_key:
            raise BackupError(f"There is no file {secret_key}. Nothing was changed.")
        return None
    key = path.read_text().strip()
    if fingerprint(key) != opened.manifest["secret_key"]:
        raise BackupError(WRONG_KEY.format(path))
    return key


def _put_key(opened: Archive, key: str | None, replaced: Path, tell: Tell) -> None:
    path = Path(settings.VAR) / "secret_key"
    if key is None:
        if fingerprint(settings.SECRET_KEY) != opened.manifest["secret_key"]:
            tell(NO_KEY)
        return
    if os.environ.get("SECRET_KEY", key) != key:
        tell(OTHER_KEY)
    if path.exists():
        shutil.copy2(path, replaced / "secret_key")
    new = path.with_name(".secret_key.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def _only_newest(replaced: Path) -> Path | None:
    """Delete what earlier restores replaced. Return the folder, or None where there was nothing before."""
    for older in Path(settings.VAR).glob("replaced-*"):
        if older != replaced:
            shutil.rmtree(older)
    if any(replaced.iterdir()):
        return replaced
    replaced.rmdir()
    return None


def _outcome(opened: Archive, epoch: str, replaced: Path | None) -> Restored:
    days = [day for money in opened.manifest["facts"]["money"].values() for day in money.values()]
    orders = sum(day["orders"] for day in days)
    return Restored(opened.manifest["made_at"], epoch, replaced, len(days), orders)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    for left in folder.glob(".restore-*"):  # of a restore that was killed
        shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=".restore-", dir=folder))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
