"""Security headers on every page, every refusal and every redirect."""

import re

import pytest
from django.urls import get_resolver

from bistro.core.server.middleware import RELAXED_PAGES, RELAXED_PREFIXES

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STRICT = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def policy(response):
    return dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))


def told(response):
    """Assert that the response has every header, and return its policy."""
    for name, value in ALWAYS.items():
        assert response[name] == value, name
    for word in ("camera=()", "geolocation=()", "microphone=()", "usb=()", "payment=()"):
        assert word in response["Permissions-Policy"]
    assert "Server" not in response
    assert "X-Powered-By" not in response
    return policy(response)


@pytest.fixture
def pages(house, client):
    """Return the answers for a manager, for a guest and for a mistyped address."""
    house.order()
    manager = house.browser("owner")
    return {
        "start": client.get("/", headers={"Accept": "text/html"}),
        "start for programs": client.get("/"),
        "login": client.get("/login/"),
        "to the login": client.get("/floor/"),
        "set-up of devices": client.get("/device/"),
        "floor": manager.get("/floor/"),
        "table": manager.get(f"/floor/tables/{house.table.pk}/"),
        "kitchen": manager.get("/kitchen/"),
        "403": house.browser("kitchen").get("/floor/"),
        "404": client.get("/nothing/here/", headers={"Accept": "text/html"}),
        "404 for programs": client.get("/api/nothing"),
        "405": client.get("/logout/"),
        "slash": client.get("/floor"),
        "400": client.get("/", headers={"Host": "evil.example"}),
        "api": house.api("owner").get("/api/v1/menu"),
        "api refused": client.get("/api/v1/menu"),
        "health": client.get("/health"),
        "schema": client.get("/openapi.json"),
        "invitation": client.get("/invitation/x/"),
    }


def test_every_answer_is_told_and_strict(pages):
    for name, response in pages.items():
        assert told(response) == STRICT, name
    assert {pages[name].status_code for name in ("403", "404", "400")} == {403, 404, 400}


def test_a_fault_is_told_too_and_says_nothing_of_the_inside(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("bistro.core.ops.selectors.unapplied_migrations", lambda: 1 / 0)
    monkeypatch.setattr("bistro.core.ops.health.unapplied_migrations", lambda: 1 / 0)
    for accept in ("text/html", "application/json"):
        response = client.get("/health", headers={"Accept": accept})
        assert response.status_code == 500
        assert told(response) == STRICT
        body = response.content.decode()
        assert "ZeroDivisionError" not in body
        assert "Traceback" not in body
        assert response["Content-Type"] == "application/problem+json"


def test_a_csrf_refusal_is_told(house):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/login/", {})
    assert response.status_code == 403
    assert told(response) == STRICT


def test_a_busy_database_is_a_page_that_says_so(house, client, monkeypatch):
    from django.db import InterfaceError, OperationalError

    browser = house.browser("waiter")
    for error in (OperationalError, InterfaceError):
        monkeypatch.setattr(
            "orders.floor.answers.read_floor", lambda actor, error=error: (_ for _ in ()).throw(error("locked"))
        )
        response = browser.get("/floor/")
        assert (response.status_code, response["Retry-After"]) == (503, "1")
        assert told(response) == STRICT
        assert b"locked" not in response.content


def test_a_busy_database_is_a_problem_document_for_programs(client, monkeypatch):
    from django.db import OperationalError

    def fail(*_given, **_more):
        raise OperationalError("locked")

    monkeypatch.setattr("rest_framework.views.APIView.initialize_request", fail)  # before the API's own handler
    response = client.post("/api/v1/orders", {}, headers={"Accept": "*/*"})
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert (response["Content-Type"], response.json()["code"]) == ("application/problem+json", "overloaded")


@pytest.mark.parametrize("path", ["/admin/", "/docs", "/redoc", "/api/docs/", "/api/redoc/"])
def test_only_the_admin_and_the_documents_may_be_inline(house, path):
    found = told(house.browser("owner").get(path))
    assert "'unsafe-inline'" in found["script-src"]
    for name in ("default-src", "object-src", "base-uri", "form-action", "frame-ancestors", "connect-src"):
        assert found[name] == STRICT[name]
    assert "http" not in found["script-src"]


@pytest.mark.parametrize(
    "path", ["/administrator/", "/docsx", "/docs/x", "/redocs", "/api/docsx", "/floor/admin/", "/adminx"]
)
def test_addresses_that_only_look_alike_are_strict(client, path):
    assert policy(client.get(path, headers={"Accept": "text/html"})) == STRICT


def test_nothing_else_is_relaxed():
    assert set(RELAXED_PREFIXES) == {"/admin/", "/api/docs/", "/api/redoc/"}
    assert set(RELAXED_PAGES) == {"/docs", "/redoc"}


@pytest.mark.parametrize(
    "name", ["start", "login", "set-up of devices", "floor", "table", "kitchen", "403", "404", "invitation"]
)
def test_pages_hold_nothing_that_the_policy_forbids_and_nothing_from_elsewhere(pages, name):
    html = pages[name].content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on", html)
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.findall(r"(?:src|href|action)=[\"'](?:https?:)?//", html)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/docs/", "/api/redoc/"])
def test_the_documents_need_no_network(client, path):
    html = client.get(path).content.decode()
    assets = re.findall(r"(?:src|href)=[\"']([^\"']+)", html)
    assert assets
    assert all(asset.startswith(("/static/", "/api/", "data:", "#")) for asset in assets), assets
    assert "cdn." not in html.lower()  # a random token may hold the three letters
    assert "fonts.googleapis" not in html


def test_answers_with_personal_things_are_not_kept_by_proxies(house):
    for path in ("/floor/", "/kitchen/"):
        response = house.browser("waiter").get(path)
        assert "Cookie" in response["Vary"]
    for path in ("/api/v1/orders", "/api/v1/menu", "/auth/me", "/api/orders"):
        response = house.api("waiter").get(path)
        vary = response.get("Vary", "")
        private = "private" in response.get("Cache-Control", "") or "no-store" in response.get("Cache-Control", "")
        assert "Cookie" in vary or "Authorization" in vary or private, path


def test_https_is_insisted_on_where_it_is_spoken(house, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    response = house.browser("waiter").get("/floor/", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_other_sites_may_not_call_the_api_unless_they_are_named(house, settings):
    header = {**house.api("owner").headers, "Origin": "https://evil.example"}
    client = house.api("owner").client
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/menu", headers=header)
    settings.CORS_ALLOWED_ORIGINS = ["https://evil.example"]
    answer = client.get("/api/v1/menu", headers=header)
    assert answer["Access-Control-Allow-Origin"] == "https://evil.example"
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PATCH"])
def test_methods_that_nobody_needs_do_nothing(house, method):
    for path in ("/", "/health", "/api/v1/orders", "/floor/", "/login/"):
        response = house.api("owner").client.generic(method, path, headers=house.api("owner").headers)
        assert response.status_code in (200, 302, 401, 403, 405), (method, path)
        assert b"Authorization" not in response.content


def test_the_project_has_its_own_words_for_refusals():
    resolver = get_resolver()
    for code in (400, 403, 404, 500):
        assert resolver.resolve_error_handler(code).__module__ == "bistro.core.server.error_views"
