"""Findings of `.ci/lint_migrations.py` in bad samples, because without one it could pass by reading nothing."""

import os
import subprocess
import sys

import pytest

from harness.service import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def lint(settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings}
    command = [sys.executable, ".ci/lint_migrations.py"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_release_as_contributing_asks_for_it_passes():
    done = lint("harness.settings.careful_release")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_migration_as_makemigrations_writes_it_is_refused():
    done = lint("harness.settings.naive_release")
    assert done.returncode == 1
    for rule in ("require-concurrent-index-creation", "constraint-missing-not-valid"):
        assert rule in done.stdout + done.stderr
