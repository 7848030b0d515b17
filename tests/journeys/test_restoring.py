"""An owner restores an archive: on an empty machine, over a stopped installation, and never over a running one."""

import os
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as product_settings

from bistro.backup.archives import BackupError, key_file
from bistro.backup.restoring import check
from bistro.backup.tests.archives import flip_a_byte, make, manifest_of, rewrite
from bistro.core.database.integrity import WHOLE, malformation
from bistro.core.ops import starting
from bistro.core.ops.starting import hold_installation
from tests.journeys.elsewhere import Elsewhere

pytestmark = pytest.mark.django_db(transaction=True)
on_sqlite = pytest.mark.skipif(not product_settings.SQLITE, reason="about SQLite's files")


@pytest.fixture
def elsewhere(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    there = Elsewhere(tmp_path / "elsewhere")
    yield there
    there.close()


@pytest.fixture
def archive(tmp_path, house):
    """Make an archive of two orders and a photo, 74 bytes long."""
    house.place(quantity=2)
    house.place()
    media = Path(product_settings.MEDIA_ROOT)
    media.mkdir(parents=True)
    (media / "cola.png").write_bytes(b"p" * 74)
    return make(tmp_path / "archives").archive


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    there = Elsewhere(tmp_path_factory.mktemp("first"))
    yield there
    there.close()


@pytest.fixture
def installed(first, elsewhere, archive):
    """Return an installation with what such an archive holds: restored for the first test, and copied for each."""
    if not (first.var / "secret_key").exists():
        assert first.manage("restore", archive).returncode == 0
    elsewhere.become(first)
    return elsewhere


def state_of(there: Elsewhere) -> dict[str, bytes]:
    """Return the content of every file that a restore may touch."""
    names = ("bistro.sqlite3", "bistro.sqlite3-wal", "secret_key", "media/old.png")
    return {name: (there.var / name).read_bytes() for name in names if (there.var / name).exists()}


def test_an_empty_machine(elsewhere, archive):
    done = elsewhere.manage("restore", archive)
    assert done.returncode == 0, done.stderr
    assert "2 orders on 1 days" in done.stdout
    assert elsewhere.orders() == 2
    assert (elsewhere.var / "media" / "cola.png").read_bytes() == b"p" * 74
    key = elsewhere.var / "secret_key"
    assert key.read_text().strip() == product_settings.SECRET_KEY
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert elsewhere.epoch() != manifest_of(archive)["facts"]["epoch"]
    assert not (elsewhere.var / "restoring").exists()
    assert not list(elsewhere.var.glob(".restore-*"))


def test_over_a_stopped_installation_everything_is_replaced(installed, archive, tmp_path, house):
    first_epoch = installed.epoch()
    (installed.var / "media" / "old.png").write_bytes(b"old")
    house.place()
    later = make(tmp_path / "later").archive
    done = installed.manage("restore", later)
    assert done.returncode == 0, done.stderr
    assert installed.orders() == 3
    assert installed.manage("restore", archive).returncode == 0, "and back again"
    assert installed.orders() == 2
    assert installed.epoch() != first_epoch
    assert sorted(os.listdir(installed.var / "media")) == ["cola.png"]
    (replaced,) = installed.var.glob("replaced-*")
    if product_settings.SQLITE:
        with closing(sqlite3.connect(replaced / "bistro.sqlite3")) as kept:
            assert kept.execute("SELECT count(*) FROM orders_order").fetchone() == (3,)


@on_sqlite
def test_a_log_of_another_database_is_not_mixed_in(installed, archive):
    leave_a_log(installed)
    done = installed.manage("restore", archive)
    assert done.returncode == 0, done.stderr
    assert installed.orders() == 2
    assert malformation(installed.database, WHOLE) == ""


@on_sqlite
def test_control_a_file_copied_over_a_log_is_malformed_and_restored_says_so(installed, tmp_path):
    older, epoch = tmp_path / "older.sqlite3", installed.epoch()
    shutil.copy(installed.database, older)
    leave_a_log(installed)
    shutil.copy(older, installed.database)
    done = installed.manage("restored")
    assert done.returncode == 1, "the older file and the newer log made a malformed database"
    assert "malformed" in done.stderr
    assert epoch.encode() in Path(installed.database).read_bytes(), "the epoch is the old one"
    refused = installed.manage("migrate")
    assert refused.returncode == 1
    assert "is malformed" in refused.stderr
    assert "Traceback" not in refused.stderr


def leave_a_log(there: Elsewhere) -> None:
    """Write rows into the file and, after a checkpoint, more of them into `-wal` alone, as servers leave them."""
    spare = there.var / "spare"
    with closing(sqlite3.connect(there.database, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA wal_autocheckpoint = 0")
        copies = "SELECT name || random(), content_type_id, codename || random() FROM auth_permission"
        for _ in range(3):
            file.execute(f"INSERT INTO auth_permission (name, content_type_id, codename) {copies}")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # A log of few pages, because one that holds all changed pages would make the older file a newer, sound one.
        file.execute("DELETE FROM auth_permission WHERE id = (SELECT max(id) FROM auth_permission)")
        shutil.copy(f"{there.database}-wal", spare)
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.move(spare, f"{there.database}-wal")


def test_a_running_server_is_left_alone(installed, archive, settings):
    before, epoch = state_of(installed), installed.epoch()
    settings.VAR = installed.var
    serving = hold_installation(alone=False)
    try:
        refused = installed.manage("restore", archive)
    finally:
        serving.close()
    assert refused.returncode == 1
    assert "Stop every server" in refused.stderr
    assert (state_of(installed), installed.epoch()) == (before, epoch)
    assert installed.manage("restore", archive).returncode == 0, "control: without the server"


def test_a_database_that_another_program_has_open_is_left_alone(installed, archive):
    epoch = installed.epoch()
    if product_settings.SQLITE:
        with closing(sqlite3.connect(installed.database)) as other:
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("SELECT count(*) FROM orders_order").fetchone()
            refused = installed.manage("restore", archive)
    else:
        with psycopg.connect(installed.url):
            refused = installed.manage("restore", archive)
    assert refused.returncode == 1
    assert "every server" in refused.stderr
    assert installed.epoch() == epoch


DAMAGES = {
    "a byte": "",
    "half": "not a complete",
    "money": "total",
    "seal": "sealed",
    "newer": "newer than",
    "outside": "outside the media folder",
    "another file": "menu.zip",
}


def test_an_archive_that_is_not_right_changes_nothing(installed, archive, tmp_path):
    before, epoch = state_of(installed), installed.epoch()
    spoiled = {damage: spoiled_copy(archive, tmp_path / damage, damage) for damage in DAMAGES}
    answers = installed.manage_each(*(("restore", path) for path in spoiled.values()))
    for (damage, path), (status, told) in zip(spoiled.items(), answers, strict=True):
        assert (status, DAMAGES[damage] in told, "Traceback" in told) == (1, True, False), (damage, told)
        with pytest.raises(BackupError):
            check(archive=path)
    assert (state_of(installed), installed.epoch(), installed.orders()) == (before, epoch, 2)
    assert not (installed.var / "restoring").exists()


def spoiled_copy(archive: Path, folder: Path, damage: str) -> Path:
    """Return a copy of the archive and its key with this damage."""
    shutil.copytree(archive.parent, folder)
    copy = folder / archive.name
    if damage == "another file":
        copy = folder / "menu.zip"
        with zipfile.ZipFile(copy, "w") as written:
            written.writestr("menu.csv", "Cola")
    else:
        spoil(copy, damage)
    return copy


def spoil(archive: Path, damage: str) -> None:
    if damage == "a byte":
        flip_a_byte(archive)
    elif damage == "half":
        archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    elif damage == "money":
        rewrite(archive, forge_money)
    elif damage == "outside":
        rewrite(archive, lambda manifest: manifest["media"].update({"../../escaped": {"sha256": "", "in_base": False}}))
    elif damage == "seal":
        rewrite(archive, lambda manifest: manifest["facts"]["sealed"].update({"1": f"1:1:{'0' * 64}"}))
    else:
        rewrite(archive, lambda manifest: manifest["facts"]["migrations"].append("orders.0099_of_tomorrow"))


def forge_money(manifest) -> None:
    for days in manifest["facts"]["money"].values():
        for day in days.values():
            day["total"] = "0.01"


def test_the_key_is_that_of_the_archive_or_none(elsewhere, archive, tmp_path):
    wrong = tmp_path / "wrong.key"
    wrong.write_text("x" * 60)
    keys = (wrong, tmp_path / "nowhere")
    refused, unread = elsewhere.manage_each(*(("restore", archive, "--secret-key", key) for key in keys))
    assert (refused[0], unread[0]) == (1, 1)
    assert "not the secret key" in refused[1]
    right = shutil.move(key_file(archive), tmp_path / "in-the-safe")
    without = elsewhere.manage("restore", archive)
    assert without.returncode == 0
    assert "secret key was not restored" in without.stderr
    done = elsewhere.manage("restore", archive, "--secret-key", right)
    assert done.returncode == 0
    assert (elsewhere.var / "secret_key").read_text().strip() == product_settings.SECRET_KEY


def test_an_interrupted_restore_keeps_servers_away_until_it_is_repeated(elsewhere, archive, settings):
    settings.VAR = elsewhere.var
    (elsewhere.var / "restoring").touch()
    with pytest.raises(starting.Refusal, match="interrupted"):
        starting.refuse_unusable_database()
    assert elsewhere.manage("restore", archive).returncode == 0
    assert not (elsewhere.var / "restoring").exists()


def test_the_drill_touches_nothing_and_names_the_archive(elsewhere, archive):
    done, missing = elsewhere.manage_each(("check_restore", archive), ("check_restore",))
    assert (done[0], missing[0]) == (0, 1), (done, missing)
    assert archive.name in done[1]
    assert state_of(elsewhere).keys() <= {"secret_key"}
    assert "no archive" in missing[1]


def test_migrations_of_a_library_that_is_gone_do_not_matter(archive):
    rewrite(archive, lambda manifest: manifest["facts"]["migrations"].append("old_library.0001_initial"))
    with pytest.raises(BackupError, match="old_library"):  # the forged fact is a difference, not a refusal
        check(archive=archive)
    rewrite(archive, lambda manifest: manifest["facts"]["migrations"].append("orders.0099_of_tomorrow"))
    with pytest.raises(BackupError, match="newer than this code"):
        check(archive=archive)


def test_something_else_is_no_archive(tmp_path):
    for path in (tmp_path / "nowhere", Path(__file__)):
        with pytest.raises(BackupError, match=str(path)):
            check(archive=path)
