"""Pages for operators: health, metrics and version; and the start page for programs."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from bistro.core.tests.http import refused

pytestmark = pytest.mark.django_db


# --- /health -----------------------------------------------------------------------------------------------------
def test_well(client):
    answer = client.get("/health")
    checks = {"database": "ok", "migrations": "ok"}
    backup = {"state": "off", "at": None, "age_seconds": None}
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": checks, "backup": backup})
    assert "no-store" in answer["Cache-Control"]


def test_not_well_while_a_migration_is_not_applied(client, monkeypatch):
    monkeypatch.setattr("bistro.core.ops.health.unapplied_migrations", lambda: ["orders.0002_more"])
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["checks"] == {"database": "ok", "migrations": "1 not applied"}


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
    for page in ("/floor/", "/kitchen/", "/admin/"):
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
