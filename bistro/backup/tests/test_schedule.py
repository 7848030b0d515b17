"""Backups are made on a schedule; a late one is seen in `/health`, `/metrics`, on the floor plan and the front page."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from bistro.backup import schedule
from bistro.core.ops import backups
from bistro.core.ops.backups import STAMP, BackupState, backup_state

NOW = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)


@pytest.fixture
def folder(tmp_path, settings, monkeypatch):
    settings.BACKUP_FOLDER = tmp_path
    settings.BACKUP_SECONDS = 300
    monkeypatch.setattr(backups, "STARTED", LONG_AGO)
    for name, value in {"_running": None, "_first": None, "_not_before": None, "_was_late": False}.items():
        monkeypatch.setattr(schedule, name, value)
    return tmp_path


def leave_archive(folder: Path, at: datetime, seconds: float = 2) -> None:
    path = folder / f"bistro-{at.strftime(STAMP)}"
    path.write_bytes(b"x" * 10)
    os.utime(path, (at.timestamp() + seconds,) * 2)
    backups.forget_listing()


def state(age: float | None, *, seconds: float = 2, every: float = 300) -> BackupState:
    at = None if age is None else NOW - timedelta(seconds=age)
    return BackupState(at, seconds, 10, every, late=False)


# --- when ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("found", "due"),
    [
        (state(None), True),
        (state(280), False),
        (state(288), True),  # two seconds of copying and ten of starting still fit into the five minutes
        (state(200, seconds=100), True),
        (state(180, seconds=100), False),
        (state(430, seconds=290), False),  # a pause half as long as the copy
        (state(440, seconds=290), True),
        (state(10_000, every=0), False),
    ],
)
def test_a_backup_is_complete_before_the_interval_is_over(found, due):
    assert schedule.is_due(found, NOW, started=LONG_AGO) is due


def test_a_new_server_starts_first():
    assert not schedule.is_due(state(None), NOW, started=NOW - timedelta(seconds=29))
    assert schedule.is_due(state(None), NOW, started=NOW - timedelta(seconds=30))


# --- the sweep ----------------------------------------------------------------------------------------------------
class Process:
    """A process that ends when the test says so."""

    def __init__(self) -> None:
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self.returncode


@pytest.fixture
def started(monkeypatch):
    found: list[Process] = []

    def popen(command, **more):
        assert more["pass_fds"], "the claim ends with the process"
        assert command[-2:] == ["backup", "--scheduled"]
        found.append(Process())
        return found[-1]

    monkeypatch.setattr(schedule.subprocess, "Popen", popen)
    return found


def sweep(*seconds: float) -> None:
    for second in seconds:
        schedule.back_up_when_due(now=NOW + timedelta(seconds=second))


def test_one_process_at_a_time_and_a_pause_after_a_failure(folder, started):
    sweep(0, 29)
    assert started == []
    sweep(30, 31, 60)
    assert len(started) == 1
    started[0].returncode = 1
    sweep(61, 62, 120)
    assert len(started) == 1
    sweep(121)
    assert len(started) == 2


def test_of_several_servers_one_starts_a_backup(folder, monkeypatch):
    """Each server process sweeps with a memory of its own; a real child keeps the claim until it ends."""
    monkeypatch.setattr(schedule, "_command", lambda: ["sleep", "30"])
    monkeypatch.setattr(schedule, "_first", LONG_AGO)
    sweep(0)
    child = schedule._running
    try:
        monkeypatch.setattr(schedule, "_running", None)  # the memory of another server
        sweep(1)
        assert schedule._running is None
    finally:
        child.kill()
        child.wait()
    monkeypatch.setattr(schedule, "_command", lambda: ["true"])
    sweep(2)
    assert schedule._running is not None, "control: the claim is free again"
    schedule._running.wait()


def test_a_backup_of_another_server_is_seen_before_one_is_started(folder, started, monkeypatch):
    monkeypatch.setattr(schedule, "_first", LONG_AGO)
    assert backup_state(NOW).at is None
    (folder / f"bistro-{NOW.strftime(STAMP)}").write_bytes(b"x")
    os.utime(folder / f"bistro-{NOW.strftime(STAMP)}", (NOW.timestamp(),) * 2)
    sweep(1)
    assert started == []


def test_nothing_is_started_while_the_newest_is_young_or_backups_are_off(folder, started, settings):
    leave_archive(folder, NOW)
    sweep(0, 100, 280)
    assert started == []
    settings.BACKUP_SECONDS = 0
    sweep(10_000)
    assert started == []


def test_a_late_backup_is_logged_once_and_its_end_too(folder, started, caplog):
    caplog.set_level("INFO")
    leave_archive(folder, NOW)
    sweep(0, 599)
    assert "late" not in caplog.text
    sweep(601, 602)
    assert caplog.text.count("backup is late") == 1
    leave_archive(folder, NOW + timedelta(seconds=600))
    sweep(603, 604)
    assert caplog.text.count("backups are made again") == 1


# --- where it is seen ---------------------------------------------------------------------------------------------
def metrics(client: Client) -> str:
    return client.get("/metrics").content.decode()


@pytest.mark.django_db
def test_a_good_backup_is_reported(folder, client, house):
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=3)
    leave_archive(folder, at)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    backup = answer.json()["backup"]
    assert (backup["state"], backup["at"]) == ("ok", at.isoformat())
    assert 180 <= backup["age_seconds"] <= 190
    (moment,) = re.findall(r"^bistro_backup_timestamp_seconds (\S+)$", metrics(client), re.M)
    assert float(moment) == at.timestamp()
    assert "bistro_backup_late 0.0" in metrics(client)
    page = house.browser("manager").get("/admin/").content.decode()
    assert "Last backup" in page
    assert "3 min ago" in page
    assert "is late" not in page


@pytest.mark.django_db
def test_a_late_backup_is_an_alarm_everywhere(folder, client, house):
    leave_archive(folder, datetime.now(UTC) - timedelta(seconds=601))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["backup"]["state"]) == (200, "degraded", "late")
    assert "bistro_backup_late 1.0" in metrics(client)
    assert "The last backup is late" in house.browser("waiter").get("/floor/").content.decode()
    page = house.browser("manager").get("/admin/").content.decode()
    assert "The last backup is late" in page


@pytest.mark.django_db
def test_an_unfinished_archive_is_no_backup(folder, client):
    leave_archive(folder, datetime.now(UTC) - timedelta(seconds=601))
    (folder / f".bistro-{datetime.now(UTC).strftime(STAMP)}.part").write_bytes(b"half")
    (folder / f"bistro-{datetime.now(UTC).strftime(STAMP)}.key").write_text("key")
    backups.forget_listing()
    assert client.get("/health").json()["status"] == "degraded"


def test_a_server_that_was_off_has_minutes_for_its_first_backup(folder, monkeypatch):
    leave_archive(folder, LONG_AGO)
    monkeypatch.setattr(backups, "STARTED", NOW)
    assert not backup_state(NOW + timedelta(seconds=299)).late
    assert backup_state(NOW + timedelta(seconds=301)).late


@pytest.mark.django_db
def test_no_backup_at_all_is_late_after_twice_the_interval(folder, client, monkeypatch):
    monkeypatch.setattr(backups, "STARTED", datetime.now(UTC))
    assert client.get("/health").json()["backup"] == {"state": "none yet", "at": None, "age_seconds": None}
    monkeypatch.setattr(backups, "STARTED", datetime.now(UTC) - timedelta(seconds=601))
    assert client.get("/health").json()["backup"]["state"] == "late"


def test_a_folder_that_cannot_be_read_is_late(folder, settings):
    settings.BACKUP_FOLDER = folder / "gone"
    backups.forget_listing()
    assert backup_state(datetime.now(UTC) + timedelta(seconds=601)).late
