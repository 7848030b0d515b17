"""An archive is made: complete, closed to others, of one moment, and never at the price of good ones."""

import json
import os
import stat
import threading
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as product_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from bistro.backup import making
from bistro.backup.archives import BackupError, key_file
from bistro.backup.restoring import check
from bistro.backup.tests.archives import make, manifest_of, rewrite
from bistro.core.models import FeedHead
from bistro.core.ops.backups import archives_in, moment_of
from bistro.core.ops.selectors import applied_migrations
from bistro.core.services.sealing import seal_events

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path, settings):
    settings.VAR = tmp_path
    settings.BACKUP_FOLDER = tmp_path / "backups"
    return tmp_path / "backups"


@pytest.fixture
def always_increments(monkeypatch):
    monkeypatch.setattr(making, "INCREMENTS_FROM", 0)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_command_prints_the_archive_last_and_its_key_lies_beside_it(folder):
    out = StringIO()
    call_command("backup", stdout=out)
    archive = Path(out.getvalue().splitlines()[-1])
    assert archives_in(folder) == [archive]
    assert (mode(archive), mode(key_file(archive)), mode(folder)) == (0o600, 0o600, 0o700)
    assert key_file(archive) == Path(f"{archive}.key")
    assert key_file(archive).read_text().strip() == product_settings.SECRET_KEY
    assert sorted(os.listdir(folder)) == [".lock", archive.name, f"{archive.name}.key"]


def test_json_is_all_of_the_output(folder, tmp_path):
    out = StringIO()
    call_command("backup", to=str(tmp_path / "other"), json=True, stdout=out)
    answer = json.loads(out.getvalue())
    assert Path(answer["archive"]).parent == tmp_path / "other"
    assert Path(answer["archive"]).stat().st_size == answer["bytes"]
    assert not folder.exists()


def test_the_manifest_says_what_the_database_held(folder, house):
    kept = [house.place(quantity=2), house.place()]
    house.reach("cancelled")
    facts = manifest_of(make(folder).archive)["facts"]
    restaurant = str(house.restaurant.pk)
    (day,) = facts["money"][restaurant].values()
    assert day["orders"] == 2
    assert Decimal(day["total"]) == sum(Decimal(order["total"]) for order in kept)
    assert facts["rows"]["orders_order"] == 3
    assert facts["heads"][restaurant] == FeedHead.objects.get(restaurant=house.restaurant).seq
    assert facts["migrations"] == sorted(applied_migrations())


def test_the_manifest_holds_the_lines_of_verify_log(folder, house):
    house.place()
    assert manifest_of(make(folder).archive)["facts"]["sealed"] == {}, "nothing is sealed yet"
    seal_events(now=timezone.now())
    out, archive, restaurant = StringIO(), make(folder).archive, str(house.restaurant.pk)
    call_command("verify_log", stdout=out)
    line = manifest_of(archive)["facts"]["sealed"][restaurant]
    assert f"sealed {line}, not sealed yet: 0 events" in out.getvalue()
    call_command("verify_log", expect=[line], stdout=out)
    check(archive=archive)
    rewrite(archive, lambda manifest: manifest["facts"]["sealed"].update({restaurant: line[:-1] + "x"}))
    with pytest.raises(BackupError, match=f"sealed {restaurant}"):
        check(archive=archive)


def test_a_manifest_from_before_the_seals_restores(folder, house):
    house.place()
    seal_events(now=timezone.now())
    archive = make(folder).archive
    rewrite(archive, lambda manifest: manifest["facts"].pop("sealed"))
    assert check(archive=archive)["rows"]["orders_order"] == 1


def test_the_secret_key_is_not_in_the_archive(folder):
    assert product_settings.SECRET_KEY.encode() not in make(folder).archive.read_bytes()


def test_an_archive_holds_one_moment_while_orders_are_written(folder, house):
    house.place()
    stop = threading.Event()

    def order() -> None:
        while not stop.is_set():
            house.order()
        connection.close()

    writer = threading.Thread(target=order)
    writer.start()
    try:
        archives = [make(folder).archive for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    for archive in archives:
        facts = check(archive=archive)  # rows, positions and money are those of one moment
        assert facts["rows"]["core_event"] >= facts["rows"]["orders_order"] > 0


def test_the_oldest_archives_go_with_their_keys(folder):
    archives = [make(folder, keep=2).archive for _ in range(4)]
    assert archives_in(folder) == [archives[3], archives[2]]
    assert {path.name for path in folder.glob("*.key")} == {f"{path.name}.key" for path in archives[2:]}


def test_other_files_and_archives_before_an_upgrade_stay(folder):
    (folder / "letters").mkdir(parents=True)
    (folder / "bistro-notes.txt").write_text("mine")
    before = make(folder, upgrade=True).archive
    kept = [make(folder, keep=1).archive for _ in range(2)][-1]
    assert archives_in(folder) == [kept, before]
    assert (folder / "bistro-notes.txt").exists()


@pytest.mark.parametrize("number", [0, -1])
def test_keeping_none_is_refused(folder, number):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("backup", keep=number)
    assert not folder.exists()


def test_increments_are_based_on_the_newest_full_archive_and_restore_alike(folder, house, always_increments):
    media = Path(product_settings.MEDIA_ROOT)
    media.mkdir(parents=True)
    (media / "cola.png").write_bytes(b"x" * 50_000)
    house.place()
    full = make(folder, scheduled=True)
    house.place()
    second = make(folder, scheduled=True)
    house.place()
    third = make(folder, scheduled=True)
    assert [made.base for made in (full, second, third)] == [None, full.archive.name, full.archive.name]
    assert max(second.size, third.size) < full.size - 40_000
    assert [check(archive=made.archive)["rows"]["orders_order"] for made in (full, second, third)] == [1, 2, 3]
    assert make(folder).base is None, "a backup by hand stands alone"


def test_the_base_of_a_kept_increment_stays(folder, always_increments):
    full = make(folder, scheduled=True).archive
    for _ in range(3):
        newest = make(folder, scheduled=True, keep=1).archive
    assert archives_in(folder) == [newest, full]


def test_nothing_but_complete_archives_is_left_by_a_failure(folder, monkeypatch):
    good = make(folder).archive
    monkeypatch.setattr(making, "read_facts", lambda alias: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(folder, keep=1)
    assert archives_in(folder) == [good]
    assert sorted(os.listdir(folder)) == [".lock", good.name, f"{good.name}.key"]


def test_leftovers_of_a_killed_backup_are_cleared(folder):
    folder.mkdir()
    (folder / ".work-killed").mkdir()
    (folder / ".bistro-20260101T000000Z.part").write_bytes(b"half")
    archive = make(folder).archive
    assert sorted(os.listdir(folder)) == [".lock", archive.name, f"{archive.name}.key"]


@pytest.mark.skipif(not product_settings.SQLITE, reason="PostgreSQL refuses to read a malformed page itself")
def test_a_malformed_database_displaces_no_archive(folder, tmp_path, monkeypatch):
    good = make(folder).archive
    spoiled = tmp_path / "spoiled.sqlite3"
    making.sqlite.copy_database(Path(making.default_name()), spoiled, 0)
    content = bytearray(spoiled.read_bytes())
    content[4096 * 5 : 4096 * 20] = b"\xff" * 4096 * 15
    spoiled.write_bytes(content)
    monkeypatch.setattr(making, "default_name", lambda: str(spoiled))
    with pytest.raises((BackupError, making.sqlite.sqlite3.DatabaseError)):
        make(folder, keep=1)
    assert archives_in(folder) == [good]


@pytest.mark.skipif(not product_settings.SQLITE, reason="the size of a dump is not known before")
def test_a_disk_that_is_too_full_is_refused_in_words(folder, monkeypatch):
    good = make(folder).archive
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(making.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(CommandError, match="MB free"):
        call_command("backup")
    assert archives_in(folder) == [good]


def test_the_owners_command_gets_the_archive_and_its_failure_is_told(folder, settings, tmp_path):
    settings.BACKUP_COMMAND = f"cp -t {tmp_path}"
    out = StringIO()
    call_command("backup", stdout=out)
    archive = Path(out.getvalue().splitlines()[-1])
    assert (tmp_path / archive.name).read_bytes() == archive.read_bytes()
    settings.BACKUP_COMMAND = "echo the cellar is flooded >&2; false"
    with pytest.raises(CommandError, match="the cellar is flooded"):
        call_command("backup")
    assert len(archives_in(folder)) == 2, "the archive itself is complete"


def test_two_backups_do_not_write_to_one_folder(folder):
    folder.mkdir()
    with making._work_folder(folder, wait=True), pytest.raises(making.BackupRunning):
        make(folder, scheduled=True)
    assert archives_in(folder) == []


def test_the_name_says_the_moment(folder):
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= moment_of(make(folder).archive.name) <= datetime.now(UTC)
