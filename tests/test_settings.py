"""Settings: errors are loud, and a served configuration passes Django's own deployment check."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "PYTHONPYCACHEPREFIX")


def run(tmp_path, *arguments, **environment):
    """Run Python in a process of its own, with a data folder of its own."""
    clean = {name: os.environ[name] for name in KEPT if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**clean, "VAR": str(tmp_path / "var"), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_deployment_with_https_has_nothing_to_warn_of(tmp_path):
    judge = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    done = run(tmp_path, *judge, PUBLIC_URL="https://bistro.example", NUM_PROXIES="1")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr
    key = tmp_path / "var" / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    alone = run(tmp_path, *judge, PUBLIC_URL="https://bistro.example")
    assert alone.returncode != 0
    assert "bistro.E013" in alone.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "bistro.example"),
        ("PUBLIC_URL", "https://bistro.example/app"),
        ("PUBLIC_URL", "ftp://bistro.example"),
        ("PORT", "eighty"),
        ("PROCESSES", "two"),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path, name, value):
    done = run(tmp_path, "-c", "import bistro.settings", **{name: value})
    assert done.returncode != 0
    assert value in done.stderr


def test_what_only_a_check_can_find_stops_the_start_too(tmp_path):
    wrong = {"RATE_PAD_ORDERS": "many", "ADMISSION_IN_FLIGHT": "0", "PROCESSES": "2", "DEBUG": "true"}
    wrong["SOCKETS_PER_PAD"] = "0"
    more = {"PUBLIC_URL": "https://bistro.example", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    done = run(tmp_path, "manage.py", "check", **wrong, **more)
    assert done.returncode != 0
    for number in ("E001", "E008", "E011", "E012", "E014"):
        assert f"bistro.{number}" in done.stderr


def test_the_api_describes_itself_without_a_warning(tmp_path):
    done = run(
        tmp_path, "manage.py", "spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "openapi.yaml")
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "warning" not in done.stderr.lower()


def test_nothing_has_a_password_or_a_key_by_default(tmp_path):
    text = (ROOT / "bistro" / "settings.py").read_text()
    assert "SECRET_KEY = env" in text
    assert "insecure" not in text
    code = "import bistro.settings as s; print(s.DEBUG, len(s.SECRET_KEY) >= 50, s.METRICS_TOKEN == '')"
    assert run(tmp_path, "-c", code).stdout.strip() == "False True True"
