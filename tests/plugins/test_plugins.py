"""The plugins of the test suite."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as product_settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from hypothesis import settings

from tests.plugins import documented_answers, template_database
from tests.plugins.documented_answers import Document, document
from tests.plugins.examples import THOROUGH
from tests.plugins.quick_flush import KEPT, delete_rows
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


# --- the rows of a test ----------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_rows_are_deleted_and_what_django_writes_about_models_stays(house):
    house.place()
    known = {*ContentType.objects.values_list("pk", flat=True)}
    delete_rows(connection)
    tables = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        left = {table for table in tables if cursor.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()}
    assert left == KEPT
    assert {*ContentType.objects.values_list("pk", flat=True)} == known
    assert Permission.objects.filter(content_type__in=known).exists()


# --- answers and their description ------------------------------------------------------------------------------
ROW = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "at": {"type": "string", "format": "date-time"}},
    "required": ["id"],
}
OK, JSON = b'{"id": 1, "at": "2026-11-28T14:00:51+00:00"}', "application/json"


@pytest.fixture
def rows():
    """Return a document with one operation that answers rows, 204 and 304."""
    content = {JSON: {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}}}
    responses = {"200": {"content": content}, "204": {"description": "Gone"}}
    paths = {"/rows": {"get": {"responses": responses}}, "/rows/{id}": {"get": {"responses": responses}}}
    problem = {"type": "object", "properties": {"code": {"type": "string"}}}
    return Document({"paths": paths, "components": {"schemas": {"Row": ROW, "Problem": problem}}})


@pytest.mark.parametrize(
    ("asked", "fault"),
    {
        ("GET", "/rows", 200, JSON, b"[" + OK + b"]"): "",
        ("HEAD", "/rows/7", 200, "application/json; charset=utf-8", b"[]"): "",
        ("GET", "/rows", 204, "", b""): "",
        ("OPTIONS", "/rows", 200, JSON, b"{}"): "",
        ("GET", "/elsewhere", 418, "text/plain", b"tea"): "",
        ("POST", "/rows", 405, "application/problem+json", b'{"code": "method_not_allowed"}'): "",
        ("POST", "/rows", 405, "text/html", b""): "media type text/html",
        ("GET", "/rows", 404, JSON, b"{}"): "status 404",
        ("GET", "/rows", 200, "text/html", b"[]"): "media type text/html",
        ("GET", "/rows", 204, JSON, b"[]"): "a body",
        ("GET", "/rows", 200, JSON, OK): "at /: ",
        ("GET", "/rows", 200, JSON, b'[{"id": "1"}]'): "at /0/id: ",
        ("GET", "/rows", 200, JSON, b'[{"id": null}]'): "at /0/id: ",
        ("GET", "/rows", 200, JSON, b"[{}]"): "at /0: ",
        ("GET", "/rows", 200, JSON, b'[{"id": 1, "at": "today"}]'): "at /0/at: ",
        ("GET", "/rows", 200, JSON, b'[{"id": 1, "more": 1}]'): "at /0: ",
    }.items(),
)
def test_an_answer_is_compared_with_its_description(rows, asked, fault):
    method, path, status, media_type, body = asked
    found = rows.faults(method, path, status, {"Content-Type": media_type}, body)
    assert len(found) == (1 if fault else 0), found
    assert fault in "".join(found)


def test_a_header_is_compared_with_its_description(rows):
    rows.paths["/rows"]["get"]["responses"]["204"]["headers"] = {"ETag": {}}
    assert rows.faults("GET", "/rows", 204, {"ETag": '"1"', "Vary": "Cookie"}, b"") == []
    (fault,) = rows.faults("GET", "/rows", 204, {"ETag": '"1"', "Location": "/rows/1"}, b"")
    assert fault == "the header Location is not documented"


def test_a_test_with_an_undocumented_answer_fails(client, monkeypatch):
    monkeypatch.setitem(document().paths["/api/v1/menu"]["get"], "responses", {})
    assert client.get("/api/v1/menu").status_code == 401
    call = documented_answers.pytest_runtest_call()
    next(call)
    with pytest.raises(pytest.fail.Exception, match="GET /api/v1/menu answered 401: the status 401 is not documented"):
        call.send(None)
    assert documented_answers._faults == []


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


# --- the file of the test database -------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.skipif(not product_settings.SQLITE, reason="about SQLite's file")
def test_the_file_of_the_test_database_is_not_opened_past_sqlite():
    with pytest.raises(RuntimeError, match="copy it with SQLite"):
        Path(product_settings.DATABASES["default"]["NAME"]).read_bytes()
