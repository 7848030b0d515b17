"""Forged headers at every address: the client's address, the scheme and the host stay what the server knows."""

from io import BytesIO
from itertools import cycle

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
FORGED_HOSTS = [
    *(["evil.example"], ["127.0.0.1,evil.example"], ["127.0.0.1@evil.example"], ["127.0.0.1\x0bevil.example"]),
    *(["127.0.0.1", "evil.example"], ["evil.example", "127.0.0.1"]),
]
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


ALL_AT_ONCE = [header for headers in FORGERIES.values() for header in headers]


def test_nothing_that_a_client_says_of_itself_is_believed_anywhere(told):
    for address in ADDRESSES:
        assert told(address, *ALL_AT_ONCE) == told(address), address
    assert told("floor/")[1] == [(CLIENT, "http", "127.0.0.1", "80")]


def believed_forgeries(told):
    """Return the names of the forgeries by which the status or a belief changes."""
    pages = ("floor/", "api/v1/orders", "login/")
    return {name for name, headers in FORGERIES.items() for page in pages if told(page, *headers) != told(page)}


def test_none_of_the_forgeries_is_believed(told):
    assert believed_forgeries(told) == set()


def test_control_a_server_that_believes_them_is_found_out(told, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    settings.USE_X_FORWARDED_HOST = settings.USE_X_FORWARDED_PORT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    addresses_ = {"address", "address, twice", "address, capitals", "address, split", "address, line break"}
    assert believed_forgeries(told) == {*addresses_, "scheme", "host", "port"}
    with pytest.raises(AssertionError):
        test_nothing_that_a_client_says_of_itself_is_believed_anywhere(told)


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


def status_for(handler, address, hosts):
    """Return the status of a request with these Host headers; the fast path must leave it to Django."""
    scope = scope_with(address, []) | {"headers": [(b"host", host.encode("latin-1")) for host in hosts]}
    assert plain_headers(scope) is None
    return handler.get_response(ASGIRequest(scope, BytesIO(b""))).status_code


def test_a_forged_host_is_refused_everywhere(handler):
    for address, hosts in zip(ADDRESSES, cycle(FORGED_HOSTS), strict=False):
        assert status_for(handler, address, hosts) == 400, (address, hosts)
    assert {status_for(handler, "floor/", hosts) for hosts in FORGED_HOSTS} == {400}


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
