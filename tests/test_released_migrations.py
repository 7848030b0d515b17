"""Released migrations stay as they are (`.ci/released_migrations.py`), here and in a made-up project."""

import importlib.util
import re

import pytest

from bistro.core.ops.version import VERSION
from harness.service import ROOT


def load():
    spec = importlib.util.spec_from_file_location("released_migrations", ROOT / ".ci" / "released_migrations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


released_migrations = load()
FIRST, INNER = "menu/migrations/0001_initial.py", "menu/files/migrations/0001_initial.py"


@pytest.fixture
def project(tmp_path):
    """A project with two migrations and a list that has none yet."""
    for path in (FIRST, INNER, released_migrations.LIST):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("" if path == released_migrations.LIST else "operations = []\n")
    return tmp_path


def run(project, *arguments):
    return released_migrations.main(project, list(arguments))


def test_this_project_has_all_its_released_migrations():
    assert released_migrations.problems(ROOT) == []
    assert len(released_migrations.digests(ROOT)) >= 19


def test_the_newest_version_of_the_changelog_is_the_version():
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == VERSION


def test_before_its_release_a_migration_may_change(project):
    (project / FIRST).write_text("operations = [1]\n")
    assert run(project) == 0


@pytest.mark.parametrize("path", [FIRST, INNER])
def test_a_released_migration_may_not_change(project, capsys, path):
    assert run(project, "--write") == 0
    assert (project / released_migrations.LIST).read_text().count("\n") == 2
    assert run(project) == 0
    (project / path).write_text("operations = [1]\n")
    assert run(project) == 1
    assert f"{path} was released and has changed" in capsys.readouterr().out


def test_a_released_migration_may_not_vanish(project, capsys):
    run(project, "--write")
    (project / FIRST).unlink()
    assert run(project) == 1
    assert f"{FIRST} was released and is gone" in capsys.readouterr().out


def test_writing_again_adds_new_ones_and_hides_no_change(project):
    run(project, "--write")
    listed = project / released_migrations.LIST
    before = listed.read_text()
    (project / "menu/migrations/0002_more.py").write_text("operations = []\n")
    assert run(project) == 0
    assert run(project, "--write") == 0
    assert set(before.splitlines()) < set(listed.read_text().splitlines())
    (project / FIRST).write_text("operations = [1]\n")
    after = listed.read_text()
    assert run(project, "--write") == 1
    assert listed.read_text() == after


def test_without_its_list_the_check_fails(project):
    (project / released_migrations.LIST).unlink()
    with pytest.raises(FileNotFoundError):
        run(project)
