"""The integrity check after an unclean start."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from django.utils import timezone

from bistro.core.database.errors import troubles
from bistro.core.database.integrity import malformation
from bistro.core.ops import integrity
from bistro.core.ops.findings import Level


@pytest.fixture
def database(tmp_path):
    """Return a SQLite file of some hundred pages."""
    path = tmp_path / "bistro.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (note TEXT)")
        connection.executemany("INSERT INTO orders VALUES (?)", [("x" * 900,)] * 2000)
        connection.execute("CREATE INDEX by_note ON orders (note)")
        connection.commit()
    return path


def damage(path):
    """Overwrite pages in the middle, as a file that lies under the log of a newer one looks."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 16384)


def test_a_sound_file_is_sound_and_a_damaged_one_is_found(database):
    assert not malformation(database)
    damage(database)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT 1 FROM orders LIMIT 1").fetchone() == (1,), "control: a read notices nothing"
    assert malformation(database)


def test_a_file_that_is_no_database_is_malformed(tmp_path):
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"not a database" * 1000)
    assert malformation(path)


def test_a_process_that_was_killed_is_noticed_by_the_next(tmp_path):
    folder = tmp_path / "serving"
    assert not integrity.note_start(folder), "a first start is clean"
    (folder / str(os.getpid())).unlink()
    assert not integrity.note_start(folder), "and so is one after a clean end"
    (folder / str(os.getpid())).unlink()
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    (folder / str(killed.pid)).touch()
    assert integrity.note_start(folder)
    assert [file.name for file in folder.iterdir()] == [str(os.getpid())]


def test_another_process_that_serves_is_no_killed_one(tmp_path):
    folder = tmp_path / "serving"
    folder.mkdir()
    (folder / str(os.getppid())).touch()
    assert not integrity.note_start(folder)
    assert (folder / str(os.getppid())).exists()


@pytest.mark.parametrize("unclean", [True, False])
def test_after_an_unclean_start_a_damaged_file_makes_the_health_red(database, settings, tmp_path, monkeypatch, unclean):
    damage(database)
    settings.SQLITE, settings.VAR = True, tmp_path
    settings.DATABASE = {"NAME": str(database)}
    monkeypatch.setattr(integrity, "_started", integrity.threading.Lock())
    monkeypatch.setattr(integrity, "note_start", lambda folder: unclean)
    try:
        integrity.check_after_unclean_start(now=timezone.now())
        for thread in integrity.threading.enumerate():
            if thread.name == "integrity":
                thread.join(20)
        integrity.check_after_unclean_start(now=timezone.now())  # the second sweep does nothing
        assert (integrity.integrity().level is Level.UNAVAILABLE) == unclean
    finally:
        troubles.forget()
