"""The first `make run` on an incomplete machine: missing programs are named; `make fresh` deletes nothing else."""

import importlib.util
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("sh", "dirname", "cat", "cksum", "rm", "mkdir")


@pytest.fixture
def machine(tmp_path):
    """Return a function: `machine(python)` gives a PATH with only the shell's tools and this Python stand-in."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for tool in TOOLS:
        found = subprocess.run(["/bin/sh", "-c", f"command -v {tool}"], capture_output=True, text=True, check=True)
        (bin_ / tool).symlink_to(found.stdout.strip())

    def make(python: str) -> dict[str, str]:
        stand_in = bin_ / "python3"
        stand_in.write_text(f"#!/bin/sh\n{python}\n")
        stand_in.chmod(0o755)
        return {"PATH": str(bin_), "VENV": str(tmp_path / "venv")}

    return make


def setup(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "deploy" / "setup", "runtime"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_python_without_ensurepip_gets_the_package_named(machine, tmp_path):
    lacking = 'case "$*" in *ensurepip*|"-m virtualenv"*|"-m pip"*) exit 1;; esac'
    done = setup(machine(f'{lacking}\nexec {sys.executable} "$@"'))

    assert done.returncode != 0
    assert "python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists(), "half an environment would confuse the next start"


def test_an_old_python_is_refused(machine, tmp_path):
    done = setup(machine("exit 1"))

    assert done.returncode != 0
    assert "3.11" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_second_setup_installs_nothing(machine, tmp_path):
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    lock = (ROOT / "requirements.lock").read_bytes()
    stamp = subprocess.run(["cksum"], input=lock * 2, capture_output=True, check=True).stdout
    (venv / ".installed-runtime").write_bytes(stamp)

    done = setup(machine("exit 1"))

    assert (done.returncode, done.stdout) == (0, "")


def test_starting_over_deletes_what_it_says_and_nothing_else(tmp_path):
    kept = [tmp_path / "secret_key", tmp_path / "backups" / "monday.sqlite3"]
    gone = [
        tmp_path / "bistro.sqlite3",
        tmp_path / "bistro.sqlite3-wal",
        tmp_path / "demo.json",
        tmp_path / "owner.json",
        tmp_path / "media" / "a.png",
    ]
    for path in kept + gone:
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")

    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"VAR": str(tmp_path)}
    done = subprocess.run([ROOT / "deploy" / "forget"], env=environment, capture_output=True, text=True, check=True)

    assert str(tmp_path) in done.stdout
    assert [path.exists() for path in kept] == [True, True]
    assert [path.exists() for path in gone] == [False] * 5


def test_starting_over_leaves_a_server_database_alone(tmp_path):
    (tmp_path / "demo.json").write_text("x")
    environment = os.environ | {"VAR": str(tmp_path), "DATABASE_URL": "postgres://127.0.0.1/bistro"}
    done = subprocess.run([ROOT / "deploy" / "forget"], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert (tmp_path / "demo.json").exists()


@pytest.fixture
def prepare(monkeypatch):
    """Return deploy/prepare.py as a module, which writes to a terminal and waits for no answer."""
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "deploy" / "prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0)
    monkeypatch.delenv("EMPTY", raising=False)
    return module


@pytest.mark.parametrize(
    ("chosen", "typed", "empty"),
    [
        ("1", None, True),
        ("0", b"2\n", False),
        ("", b"2\n", True),
        ("", b"\n", False),
        ("", b"", False),
        ("", None, False),
    ],
)
def test_only_a_person_at_a_terminal_is_asked_for_the_first_restaurant(prepare, monkeypatch, chosen, typed, empty):
    """`typed` is what the person types, b"" if nobody answers; None is a start without a terminal."""
    monkeypatch.setenv("EMPTY", chosen)
    persons, theirs = pty.openpty()
    os.write(persons, typed or b"")
    with (
        os.fdopen(theirs, "r") as terminal,
        open(os.devnull, encoding="utf-8") as nobody,
        os.fdopen(persons, "rb") as _,
    ):
        monkeypatch.setattr(sys, "stdin", nobody if typed is None else terminal)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: typed is not None, raising=False)
        assert prepare.wants_empty_house() is empty
