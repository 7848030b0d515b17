"""The start of a server refuses a database that it would only make worse; a clean stop leaves one complete file."""

import sqlite3
from contextlib import closing
from io import StringIO

import pytest
from django.conf import settings as product_settings
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from bistro.core.database.integrity import QUICK, WHOLE, cannot_be_read, close_cleanly, malformation
from bistro.core.models import FeedEpoch
from bistro.core.ops import starting
from bistro.core.ops.starting import Refusal, hold_installation, refuse_unusable_database

on_sqlite = pytest.mark.skipif(not product_settings.SQLITE, reason="about SQLite's files")


@pytest.fixture
def var(tmp_path, settings):
    settings.VAR = tmp_path
    return tmp_path


@pytest.fixture
def file(tmp_path):
    """Create a database with an index and a log that was not written into the file."""
    path = tmp_path / "rows.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE rows (x TEXT)")
        made.execute("CREATE INDEX index_of_rows ON rows (x)")
        made.executemany("INSERT INTO rows VALUES (?)", [(f"{number:0500}",) for number in range(300)])
    return path


def spoil(path, start=8192, end=60_000) -> None:
    content = bytearray(path.read_bytes())
    content[start:end] = b"\xff" * (end - start)
    path.write_bytes(content)


@pytest.mark.django_db(transaction=True)
def test_a_sound_database_starts(var):
    refuse_unusable_database()


@pytest.mark.django_db(transaction=True)
def test_a_database_newer_than_the_code_is_refused(var):
    newer = MigrationRecorder.Migration.objects.create(app="orders", name="0099_of_tomorrow")
    try:
        with pytest.raises(Refusal, match=r"newer than this code \(orders.0099_of_tomorrow\)"):
            refuse_unusable_database()
    finally:
        newer.delete()


@on_sqlite
def test_a_malformed_database_is_refused_in_a_sentence(var, file, monkeypatch):
    monkeypatch.setattr(starting, "sqlite_file", lambda: file)
    starting.refuse_unusable_file()
    spoil(file)
    before = file.read_bytes()
    with pytest.raises(Refusal, match=r"is malformed .* Restore the newest backup"):
        starting.refuse_unusable_file()
    with pytest.raises(CommandError, match="is malformed"):
        call_command("migrate", stderr=StringIO())
    assert file.read_bytes() == before


@on_sqlite
def test_a_large_database_is_only_opened(var, file, monkeypatch):
    monkeypatch.setattr(starting, "sqlite_file", lambda: file)
    monkeypatch.setattr(starting, "CHECKED_AT_START", 1000)
    spoil(file)
    starting.refuse_unusable_file()
    spoil(file, 0, 200)
    with pytest.raises(Refusal, match="is malformed"):
        starting.refuse_unusable_file()


@pytest.mark.database_agnostic
def test_checks_of_a_file(file):
    assert (malformation(file, QUICK), malformation(file, WHOLE), cannot_be_read(file)) == ("", "", "")
    spoil(file)
    assert malformation(file, QUICK)
    file.write_bytes(b"no database at all" * 500)
    assert cannot_be_read(file)


@pytest.mark.database_agnostic
def test_a_clean_stop_leaves_one_complete_file(file):
    with closing(sqlite3.connect(file, isolation_level=None)) as open_one:
        open_one.execute("INSERT INTO rows VALUES ('last')")
        assert file.with_name("rows.sqlite3-wal").stat().st_size
        assert close_cleanly(file)
        assert file.with_name("rows.sqlite3-wal").stat().st_size == 0
    assert not file.with_name("rows.sqlite3-wal").exists()


@pytest.mark.database_agnostic
def test_servers_share_the_data_folder_and_a_restore_has_it_alone(var):
    first, second = hold_installation(alone=False), hold_installation(alone=False)
    with pytest.raises(Refusal, match="A server runs"):
        hold_installation(alone=True)
    first.close()
    with pytest.raises(Refusal, match="A server runs"):
        hold_installation(alone=True)
    second.close()
    restore = hold_installation(alone=True)
    with pytest.raises(Refusal, match="A restore runs"):
        hold_installation(alone=False)
    restore.close()


# --- manage.py restored -------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_restored_begins_a_new_epoch():
    FeedEpoch.objects.update_or_create(pk=1, defaults={"value": "before"})
    call_command("restored", stdout=StringIO())
    assert FeedEpoch.objects.get().value != "before"


@pytest.mark.django_db
@on_sqlite
def test_restored_refuses_a_malformed_file(file, monkeypatch):
    FeedEpoch.objects.update_or_create(pk=1, defaults={"value": "before"})
    monkeypatch.setattr("bistro.core.management.commands.restored.sqlite_file", lambda: file)
    call_command("restored", stdout=StringIO())
    FeedEpoch.objects.update(value="before")
    spoil(file)
    with pytest.raises(CommandError, match="malformed"):
        call_command("restored", stdout=StringIO())
    assert FeedEpoch.objects.get().value == "before"


@pytest.mark.django_db
def test_restored_refuses_a_newer_database():
    FeedEpoch.objects.update_or_create(pk=1, defaults={"value": "before"})
    MigrationRecorder.Migration.objects.create(app="orders", name="0099_of_tomorrow")
    with pytest.raises(CommandError, match="newer than this code"):
        call_command("restored", stdout=StringIO())
    assert FeedEpoch.objects.get().value == "before"


# --- manage.py migrate --------------------------------------------------------------------------------------------
@pytest.fixture
def upgrade(settings, monkeypatch):
    """Pretend that a release with one more migration starts, and note what is called."""
    called = []
    settings.BACKUP_SECONDS = 300
    module = "bistro.core.management.commands.migrate"
    monkeypatch.setattr(f"{module}.applied_migrations", lambda: ["orders.0001_initial"])
    monkeypatch.setattr(f"{module}.unapplied_migrations", lambda: ["orders.0002_more"])
    monkeypatch.setattr(f"{module}.call_command", lambda *words, **more: called.append((words, more["before_upgrade"])))
    monkeypatch.setattr(f"{module}.migrate.Command.handle", lambda *words, **more: called.append("migrated"))
    return called


def migrate(**more) -> None:
    call_command("migrate", verbosity=0, stderr=StringIO(), **more)


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_makes_a_backup_before_it_migrates(var, upgrade):
    migrate()
    assert upgrade == [(("backup",), True), "migrated"]


@pytest.mark.django_db(transaction=True)
def test_no_backup_where_nothing_changes_or_nobody_wants_one(var, upgrade, settings, monkeypatch):
    migrate(no_backup=True)
    migrate(plan=True)
    settings.BACKUP_SECONDS = 0
    migrate()
    settings.BACKUP_SECONDS = 300
    monkeypatch.setattr("bistro.core.management.commands.migrate.applied_migrations", list)
    migrate()
    assert upgrade == ["migrated"] * 4


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_without_room_for_a_backup_does_not_migrate(var, upgrade, monkeypatch):
    def full(*words, **more):
        raise CommandError("no room")

    monkeypatch.setattr("bistro.core.management.commands.migrate.call_command", full)
    with pytest.raises(CommandError, match="no room"):
        migrate()
    assert upgrade == []
