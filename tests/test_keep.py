"""The script `deploy/keep`: what dies is started again, a stop ends it, and a command that cannot start is given up."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.database_agnostic
NOTES_ITS_PID = 'echo $$ >>"$0"; exec sleep 600'


def keep(*command):
    return subprocess.Popen([ROOT / "deploy" / "keep", *command], stderr=subprocess.DEVNULL, start_new_session=True)


def pids(notes, count, timeout=15):
    """Return the numbers that the command has noted, once there are `count`."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = notes.read_text().split() if notes.exists() else []
        if len(found) >= count:
            return [int(pid) for pid in found]
        time.sleep(0.05)
    raise AssertionError(f"{notes.read_text() if notes.exists() else 'nothing'} after {timeout} s")


def lives(pid):
    """Return whether a process runs; one that nobody waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid, timeout=10):
    deadline = time.monotonic() + timeout
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not lives(pid)


@pytest.mark.parametrize("more", [[], ["--group"]])
def test_a_killed_command_is_started_again_and_a_stop_ends_it(tmp_path, more):
    notes = tmp_path / "pids"
    running = keep(*more, "sh", "-c", NOTES_ITS_PID, notes)
    os.kill(pids(notes, 1)[0], signal.SIGKILL)
    os.kill(pids(notes, 2)[1], signal.SIGKILL)
    last = pids(notes, 3)[2]
    assert lives(last)
    running.terminate()
    assert running.wait(10) == 143
    assert gone(last)
    assert len(pids(notes, 3)) == 3


def test_what_a_killed_command_leaves_behind_is_ended_before_the_next_start(tmp_path):
    notes = tmp_path / "pids"
    running = keep("--group", "sh", "-c", 'sleep 600 & echo $! $$ >>"$0"; wait', notes)
    worker, master = pids(notes, 2)
    os.kill(master, signal.SIGKILL)
    pids(notes, 4)
    assert gone(worker)
    running.terminate()
    running.wait(10)


def test_control_without_a_group_the_worker_stays(tmp_path):
    notes = tmp_path / "pids"
    running = keep("sh", "-c", 'sleep 600 & echo $! $$ >>"$0"; wait', notes)
    worker, master = pids(notes, 2)
    os.kill(master, signal.SIGKILL)
    pids(notes, 4)
    try:
        assert lives(worker)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(10)


def test_a_command_that_cannot_start_is_given_up_at_once(tmp_path):
    notes = tmp_path / "pids"
    running = keep("sh", "-c", 'echo $$ >>"$0"; exit 7', notes)
    assert running.wait(10) == 7
    assert len(pids(notes, 1)) == 1
