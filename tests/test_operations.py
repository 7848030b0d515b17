"""Pages for operators: health, metrics and version; and the start page for programs."""

import json
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import DatabaseError, InternalError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.views import SpectacularAPIView

from bistro.core.api.documents import Document
from bistro.core.database.errors import troubles
from bistro.core.kernel.errors import StorageFull
from bistro.core.ops.write_probe import probe
from bistro.core.tests.http import refused
from kitchen.printing.models import PrintJob
from kitchen.printing.tests.printers import printer_at

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


# --- /health -----------------------------------------------------------------------------------------------------
CHECKS = ("database", "migrations", "writes", "printers", "integrity")


@pytest.fixture(autouse=True)
def no_memory():
    """Forget what earlier tests met."""
    probe.forget()
    troubles.forget()
    yield
    probe.forget()
    troubles.forget()


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_well(client, path):
    answer = client.get(path)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "ok")
    assert body["checks"] == dict.fromkeys(CHECKS, "ok") | {"backup": "off"}
    assert body["writes"]["free_bytes"] > 0
    assert body["backup"] == {"state": "off", "at": None, "age_seconds": None}
    assert "no-store" in answer["Cache-Control"]


def test_the_process_lives_whatever_the_database_does(client, monkeypatch):
    monkeypatch.setattr("bistro.core.ops.health.unapplied_migrations", lambda: 1 / 0)
    with patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("away")):
        answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


def test_another_word_is_no_health_page(client):
    assert client.get("/health/dead").status_code == 404
    assert client.get("/health/ready/").status_code == 404


def test_not_well_while_a_migration_is_not_applied(client, monkeypatch):
    monkeypatch.setattr("bistro.core.ops.health.unapplied_migrations", lambda: ["orders.0002_more"])
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["checks"]["migrations"] == "1 not applied"
    assert answer.json()["checks"]["database"] == "ok"


def test_an_unapplied_migration_is_found(client):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="kitchen").order_by("-pk").first().delete()
    answer = client.get("/health")
    assert answer.status_code == 503
    assert "not applied" in answer.json()["checks"]["migrations"]


def test_not_well_while_the_database_is_away(client, monkeypatch):
    def away():
        raise OperationalError("connection refused to 10.0.0.5")

    monkeypatch.setattr("bistro.core.ops.health.unapplied_migrations", away)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "does not answer"
    assert b"10.0.0.5" not in answer.content


def raising(error):
    def fail(*_given, **_more):
        raise error

    return fail


class FromTheDriver(Exception):
    sqlite_errorcode, sqlstate = 0, ""


def database_error(kind, text, *, sqlite=0, sqlstate=""):
    """Return an error as Django raises it for one of the driver's."""
    error = kind(text)
    error.__cause__ = FromTheDriver()
    error.__cause__.sqlite_errorcode, error.__cause__.sqlstate = sqlite, sqlstate
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (database_error(OperationalError, "database or disk is full", sqlite=13), "disk is full"),
        (database_error(OperationalError, "could not extend file", sqlstate="53100"), "disk is full"),
        (database_error(OperationalError, "attempt to write a readonly database", sqlite=8), "fail"),
        (database_error(InternalError, "read-only transaction", sqlstate="25006"), "fail"),
    ],
)
def test_not_well_while_writes_fail(client, monkeypatch, error, words):
    monkeypatch.setattr("bistro.core.ops.write_probe.write", raising(error))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.json()["checks"]["writes"] == words
    assert client.get("/health/live").status_code == 200


def test_control_without_a_write_a_full_disk_looks_well(client, monkeypatch):
    monkeypatch.setattr("bistro.core.ops.write_probe.write", lambda: None)
    assert client.get("/health").json()["status"] == "ok"


def test_a_long_write_of_somebody_else_degrades(client, monkeypatch):
    monkeypatch.setattr("bistro.core.ops.write_probe.write", raising(OperationalError("database is locked")))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_an_order_that_found_no_space_makes_the_health_red(client, monkeypatch):
    troubles.note(StorageFull())
    monkeypatch.setattr("bistro.core.ops.write_probe._write_a_megabyte", raising(
        database_error(OperationalError, "could not extend file", sqlstate="53100")
    ))  # fmt: skip
    assert client.get("/health").json()["checks"]["writes"] == "disk is full"


@pytest.mark.skipif(settings.SQLITE, reason="SQLite's disk is this machine's, which is measured")
def test_space_that_returned_on_the_disk_of_postgresql_is_noticed(client):
    troubles.note(StorageFull())
    assert client.get("/health").json()["checks"]["writes"] == "ok"
    assert not troubles.is_full()


@pytest.mark.parametrize(("free", "status", "word"), [(10**9, 200, "ok"), (30 * 2**20, 200, "degraded")])
def test_little_space_is_told_before_it_is_gone(client, monkeypatch, free, status, word):
    monkeypatch.setattr("bistro.core.ops.write_probe.free_bytes", lambda: free)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (status, word)


@pytest.mark.skipif(not settings.SQLITE, reason="the database's disk may be another machine's")
def test_no_space_at_all_is_not_well(client, monkeypatch):
    monkeypatch.setattr("bistro.core.ops.write_probe.free_bytes", lambda: 4096)
    assert client.get("/health").status_code == 503


def test_the_write_is_a_real_one_and_shared_by_those_who_ask_at_once(client):
    with CaptureQueriesContext(connection) as asked:
        client.get("/health")
    wrote = [q["sql"] for q in asked if "user_version =" in q["sql"] or "emit_message" in q["sql"]]
    assert len(wrote) == 1
    with CaptureQueriesContext(connection) as asked:
        client.get("/health")
    assert not [q["sql"] for q in asked if "user_version" in q["sql"] or "emit_message" in q["sql"]]


@pytest.mark.parametrize(
    "error",
    [
        database_error(DatabaseError, "database disk image is malformed", sqlite=11),
        database_error(DatabaseError, "file is not a database", sqlite=26),
        database_error(InternalError, "invalid page in block 7", sqlstate="XX001"),
    ],
)
def test_not_well_once_a_request_met_a_malformed_database(client, monkeypatch, error):
    with monkeypatch.context() as broken:
        broken.setattr("bistro.core.ops.health.unapplied_migrations", raising(error))
        answer = client.get("/health")
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == "is malformed"
    answer = client.get("/health")
    assert answer.status_code == 503
    assert "restore" in answer.json()["checks"]["integrity"]


def test_slips_that_wait_degrade(client, house):
    printer = printer_at(house, 9100)
    house.order()
    PrintJob.objects.filter(printer=printer).update(due_at=timezone.now() - timedelta(minutes=3))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["printers"] == {"late_slips": 1}
    PrintJob.objects.filter(printer=printer).update(due_at=timezone.now())
    assert client.get("/health").json()["status"] == "ok"


# --- /metrics ----------------------------------------------------------------------------------------------------
def test_metrics_for_this_machine(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b"bistro_open_sockets" in answer.content
    assert b"django_http_requests_total_by_method" in answer.content


def test_metrics_do_not_exist_for_others(client):
    missing = client.get("/no-such-page")
    for more in ({"REMOTE_ADDR": "10.0.0.9"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": ""}):
        answer = client.get("/metrics", **more)
        assert answer.status_code == 404
        assert json.loads(answer.content)["code"] == "not_found"
    assert missing.status_code == 404


def test_metrics_with_the_token(client, settings):
    settings.METRICS_TOKEN = "long and secret"
    elsewhere = {"REMOTE_ADDR": "10.0.0.9"}
    assert client.get("/metrics", headers={"Authorization": "Bearer long and secret"}, **elsewhere).status_code == 200
    for wrong in ("Bearer x", "Bearer ", "long and secre", "Bearer é"):
        assert client.get("/metrics", headers={"Authorization": wrong}, **elsewhere).status_code == 404
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}, **elsewhere).status_code == 404


# --- /api/debug --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["owner", "manager"])
def test_debug_for_managers(house, role):
    placed = house.place()
    answer = house.api(role).get("/api/debug")
    assert answer.status_code == 200
    body = answer.json()
    assert {"status", "version", "database", "layer", "sockets", "feed", "server"} <= set(body)
    assert body["feed"]["seq"] >= 1
    assert placed
    assert "secret" not in answer.content.decode().lower()
    assert "password" not in answer.content.decode().lower()
    assert "/work" not in answer.content.decode()


@pytest.mark.parametrize("role", ["host", "waiter", "kitchen", "cashier", "pad", "screen", "integration"])
def test_debug_for_nobody_else(house, role):
    refused(house.api(role).get("/api/debug"), 403, "permission_denied")


def test_debug_wants_a_credential(client):
    assert client.get("/api/debug").status_code == 401


# --- GET / -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("accept", ["", "*/*", "application/json"])
def test_the_start_for_programs(client, accept):
    answer = client.get("/", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_the_start_for_people(client):
    answer = client.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert answer["Content-Type"].startswith("text/html")
    for page in ("/login/", "/device/"):
        assert f'href="{page}"'.encode() in answer.content


def test_the_start_depends_on_who_asks_and_how(client):
    vary = client.get("/", headers={"Accept": "text/html"})["Vary"]
    assert "Accept" in vary


# --- refusals outside every view ---------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/api/nothing", "/api/v1/nothing", "/auth/nothing", "/api/v1/orders/"])
def test_an_unknown_address_of_the_api_is_a_problem_document(path):
    refused(Client().get(path, headers={"Accept": "*/*"}), 404, "not_found")


def test_an_unknown_page_is_a_page(client):
    answer = client.get("/nothing/", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert b"<html" in answer.content


def test_a_foreign_host_is_refused_in_both_languages(client):
    page = client.get("/floor/", headers={"Host": "evil.example", "Accept": "text/html"})
    assert page.status_code == 400
    refused(client.get("/api/v1/menu", headers={"Host": "evil.example"}), 400, "parse_error")
    for forged in ({"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-Proto": "https"}, {"X-Original-URL": "/admin/"}):
        answer = client.get("/login/", headers=forged)
        assert answer.status_code == 200
        assert b"evil.example" not in answer.content
        assert not answer.wsgi_request.is_secure()


# --- the API's schema ------------------------------------------------------------------------------------
def test_the_description_is_served_as_json_and_yaml(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert {"/api/order", "/api/v1/orders", "/auth/login", "/api/v1/auth/login"} <= set(document["paths"])
    assert set(document["components"]["securitySchemes"]) == {"device", "jwt", "session"}
    assert client.get("/api/schema/").status_code == 200


def test_a_process_writes_the_description_once_in_each_form(client, monkeypatch):
    forms = [(path, client.get(path)) for path in ("/openapi.json", "/api/schema/")]
    monkeypatch.delattr(SpectacularAPIView, "_get_schema_response")  # which writes it
    for path, first in forms:
        again = client.get(path, HTTP_ACCEPT_LANGUAGE="de")
        assert (again.content, again["Content-Type"]) == (first.content, first["Content-Type"])
    assert forms[0][1]["Content-Type"] != forms[1][1]["Content-Type"]


def test_the_first_visitor_does_not_choose_its_language(client, monkeypatch):
    usual = client.get("/openapi.json")
    monkeypatch.setattr(Document, "_written", {})
    first = client.get("/openapi.json?lang=de", HTTP_ACCEPT_LANGUAGE="de")
    assert first.content == usual.content


def test_every_operation_tells_its_problems(client):
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            if verb not in ("get", "post", "put", "delete"):
                continue
            told = {code for code, body in operation["responses"].items() if "application/problem+json" in str(body)}
            wanted = (
                {"429", "503"} | ({"404"} if "{" in path else set()) | ({"422"} if verb in ("post", "put") else set())
            )
            assert wanted <= told, (verb, path)
