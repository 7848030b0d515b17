"""The plugins of the test suite."""

from types import SimpleNamespace

import pytest
from hypothesis import settings

from tests.plugins import template_database
from tests.plugins.examples import THOROUGH
from tests.plugins.shared_data import found_data
from tests.plugins.slowest_files import seconds_by_file
from tests.plugins.template_database import ROOT, imported_by, key_of, sources

pytestmark = pytest.mark.database_agnostic


# --- the template of the database ------------------------------------------------------------------------------
@pytest.fixture
def two_files(tmp_path):
    files = [tmp_path / "0001_initial.py", tmp_path / "names.py"]
    for path in files:
        path.write_text("KEY = 1\n")
    return files


def test_the_same_files_give_the_same_key_in_any_order(two_files):
    assert key_of(two_files, ["a"]) == key_of(reversed(two_files), ["a"])


def test_any_change_gives_another_key(two_files):
    keys = [key_of(two_files, ["a"]), key_of(two_files[:1], ["a"]), key_of(two_files, ["b"])]
    two_files[1].write_text("KEY = 2\n")
    keys.append(key_of(two_files, ["a"]))
    two_files[1].rename(two_files[1].with_name("other.py"))
    keys.append(key_of([two_files[0], two_files[1].with_name("other.py")], ["a"]))
    assert len(set(keys)) == 5


def test_the_sources_are_every_migration_and_what_they_import():
    names = {path.relative_to(ROOT).as_posix() for path in sources() if path.is_relative_to(ROOT)}
    assert {f"{app}/migrations/0001_initial.py" for app in ("menu", "tables", "orders", "kitchen")} <= names
    assert any(path.as_posix().endswith("contenttypes/migrations/0001_initial.py") for path in sources())
    assert any(name.endswith("/ids.py") for name in names), "a default of many columns"


def test_imports_are_followed_to_modules_packages_and_names(tmp_path, monkeypatch):
    for path in ("a/__init__.py", "a/b.py", "a/c/__init__.py", "d.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path).touch()
    monkeypatch.setattr(template_database, "ROOT", tmp_path)
    (tmp_path / "one.py").write_text("import os\nimport d\nfrom a import b\nfrom a.c import name\n")
    found = {path.relative_to(tmp_path).as_posix() for path in imported_by(tmp_path / "one.py")}
    assert found == {"d.py", "a/__init__.py", "a/b.py", "a/c/__init__.py"}


# --- the rest --------------------------------------------------------------------------------------------------
def test_the_seconds_of_a_file_are_those_of_all_its_phases():
    spent = [("b.py::test_one", 1.0), ("a.py::test_two[x]", 2.5), ("b.py::test_one", 0.25), ("b.py::test_two", 2.0)]
    reports = [SimpleNamespace(nodeid=nodeid, duration=seconds) for nodeid, seconds in spent]
    assert list(seconds_by_file(reports).items()) == [("b.py", 3.25), ("a.py", 2.5)]


def test_the_same_examples_are_tried_in_every_run_unless_it_is_thorough():
    profile = settings.default
    assert (profile.max_examples, profile.derandomize) == ((400, False) if THOROUGH else (40, True))
    assert profile.deadline is None


def test_sample_data_is_where_it_is_said_to_be(tmp_path):
    assert found_data(tmp_path) == tmp_path


def test_without_sample_data_a_test_is_skipped_with_the_reason(tmp_path):
    with pytest.raises(pytest.skip.Exception, match=r"needs the sample data in .*nowhere"):
        found_data(tmp_path / "nowhere")
