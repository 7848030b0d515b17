"""Forged headers at every address: the client's address, the scheme and the host stay what the server knows."""

from io import BytesIO

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler

from bistro.core.auth.rate_limits import client_address
from bistro.core.live.caps import Owner
from bistro.core.ops import checks
from bistro.core.server import middleware
from bistro.core.speed.fast_path import plain_headers
from bistro.core.tests.asgi import http_scope
from tests.nasty import ENDS_THE_LOGIN, addresses, path_with

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

CLIENT, FORGED = "203.0.113.7", "6.6.6.6"
# Headers of a client that would be somebody else, somewhere else, or already safe.
FORGERIES = {
    "address": [("x-forwarded-for", FORGED)],
    "address, twice": [("x-forwarded-for", FORGED), ("x-forwarded-for", FORGED)],
    "address, underscores": [("x_forwarded_for", FORGED)],
    "address, capitals": [("X-FORWARDED-FOR", FORGED)],
    "address, split": [("x-forwarded-for", f"{FORGED}\x0b{FORGED}")],
    "address, line break": [("x-forwarded-for", f"{FORGED}\r\nhost: evil.example")],
    "address, of other proxies": [(name, FORGED) for name in ("x-real-ip", "true-client-ip", "cf-connecting-ip")],
    "forwarded": [("forwarded", f"for={FORGED};host=evil.example;proto=https")],
    "scheme": [("x-forwarded-proto", "https"), ("x-forwarded-ssl", "on"), ("front-end-https", "on")],
    "scheme, underscores": [("x_forwarded_proto", "https")],
    "host": [("x-forwarded-host", "evil.example"), ("x-forwarded-server", "evil.example")],
    "host, underscores": [("x_forwarded_host", "evil.example"), ("http_host", "evil.example")],
    "port": [("x-forwarded-port", "8443"), ("server_port", "8443")],
    "WSGI's names": [("remote_addr", FORGED), ("remote-addr", FORGED), ("wsgi.url_scheme", "https")],
    "prefix": [("script_name", "/x"), ("x-forwarded-prefix", "/x"), ("x-script-name", "/x")],
    "path": [("x-original-url", "/admin/"), ("x-rewrite-url", "/admin/")],
    "method": [("x-http-method-override", "DELETE")],
}  # fmt: skip
FORGED_HOSTS = ["evil.example", "127.0.0.1,evil.example", "127.0.0.1@evil.example", "127.0.0.1\x0bevil.example", ""]
ADDRESSES = sorted(set(addresses()) - ENDS_THE_LOGIN)


@pytest.fixture(scope="module")
def handler():
    handler = BaseHandler()
    handler.load_middleware(is_async=False)
    return handler


@pytest.fixture
def told(handler, monkeypatch):
    """Return a function that sends a request and returns its status and what the server believed of its client."""
    believed = []

    def noted(request):
        believed.append((client_address(request), request.scheme, request.get_host(), request.get_port()))
        return client_address(request)

    monkeypatch.setattr(middleware, "client_address", noted)

    def send(address, *headers):
        believed.clear()
        status = handler.get_response(ASGIRequest(scope_with(address, headers), BytesIO(b""))).status_code
        return status, list(believed)

    return send


def scope_with(address, headers, client=CLIENT):
    scope = http_scope(path_with(address, {}), "GET") | {"client": (client, 4711)}
    return scope | {"headers": [*scope["headers"], *((n.encode(), v.encode("latin-1")) for n, v in headers)]}


def differences(told):
    """Yield each address and forgery by which the status or a belief changes."""
    for address in ADDRESSES:
        honest = told(address)
        for name, headers in FORGERIES.items():
            if told(address, *headers) != honest:
                yield f"/{address}, {name}"


def test_nothing_that_a_client_says_of_itself_is_believed(told):
    assert told("")[1] == [(CLIENT, "http", "127.0.0.1", "80")]
    assert list(differences(told)) == []


def test_control_a_server_that_believes_them_is_found_out(told, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    settings.USE_X_FORWARDED_HOST = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    found = set(differences(told))
    assert {"/floor/, address", "/floor/, scheme", "/floor/, host", "/api/v1/orders, address, twice"} <= found
    assert not [each for each in found if "underscores" in each or "forwarded" in each or "WSGI" in each]


def test_behind_a_proxy_only_what_the_proxy_adds_is_believed(told, settings):
    """The proxy appends the client's address, which makes one header of several, and sets the scheme."""
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    added = [("x-forwarded-for", CLIENT), ("x-forwarded-proto", "http")]
    for address in ("floor/", "api/v1/orders", "login/"):
        for name, headers in FORGERIES.items():
            if name != "scheme":  # the proxy replaces this header
                _status, believed = told(address, *headers, *added)
                assert [each[:3] for each in believed] == [(CLIENT, "http", "127.0.0.1")], (address, name)


@pytest.mark.parametrize("host", FORGED_HOSTS)
def test_a_forged_host_is_refused_everywhere(handler, settings, host):
    for address in ADDRESSES:
        scope = scope_with(address, [])
        scope["headers"] = [(b"host", host.encode("latin-1"))]
        answer = handler.get_response(ASGIRequest(scope, BytesIO(b"")))
        assert answer.status_code == 400, address
        assert plain_headers(scope) is None


def test_a_second_host_is_refused_everywhere(handler):
    for address in ADDRESSES:
        scope = scope_with(address, [("host", "evil.example")])
        assert handler.get_response(ASGIRequest(scope, BytesIO(b""))).status_code == 400, address
        assert plain_headers(scope) is None


@pytest.mark.parametrize("name", FORGERIES)
def test_sockets_believe_no_more(house, name):
    honest = Owner.of(house.pad_actor, scope_with("ws/orders", []))
    assert Owner.of(house.pad_actor, scope_with("ws/orders", FORGERIES[name])) == honest
    assert CLIENT in honest.address


@pytest.mark.parametrize(
    ("installed", "refused"),
    [("5.2.13", []), ("5.2.12", ["Django 5.2.12"]), ("6.0.4", [])],
)
def test_a_release_that_lets_clients_forge_headers_is_refused_at_the_start(monkeypatch, installed, refused):
    monkeypatch.setattr(checks, "version", lambda name: {"Django": installed, "daphne": "4.2.2"}[name])
    assert [" ".join(error.msg.split()[:2]) for error in checks.versions_check(None)] == refused
