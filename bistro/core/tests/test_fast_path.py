"""The fast path: plain requests are answered, all others reach the normal view unchanged."""

import asyncio
import json

import pytest
from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from bistro.core.kernel.errors import Overloaded
from bistro.core.speed.fast_path import PlainResponse
from bistro.core.tests.asgi import ask, fast_path, http_scope, read_body

PATH = "/api/test"  # no operation of the API, whose answers are compared with its description
JSON = {"content-type": "application/json"}


class Ordinary:
    """The normal view, which remembers the requests that reach it."""

    def __init__(self):
        self.bodies = []

    async def __call__(self, scope, receive, send):
        self.bodies.append(await read_body(receive))
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class FastHandler:
    """A handler that succeeds, passes on, or raises."""

    def __init__(self):
        self.asked, self.answer, self.fails = [], PlainResponse(201, ((b"ETag", b'"1"'),), b"{}"), None

    async def __call__(self, asked):
        self.asked.append(asked)
        if self.fails:
            raise self.fails
        return self.answer


@pytest.fixture
def call():
    return FastHandler()


@pytest.fixture
def ordinary():
    return Ordinary()


@pytest.fixture
def app(call, ordinary):
    app = fast_path({PATH: call}, otherwise=ordinary)
    app.shared.compute()
    return app


async def test_until_the_headers_are_known_the_normal_view_answers(call, ordinary, monkeypatch):
    """The first request starts the computation outside the event loop."""
    app, computed = fast_path({PATH: call}, otherwise=ordinary), asyncio.Event()
    loop, real = asyncio.get_running_loop(), app.shared.compute
    monkeypatch.setattr(app.shared, "compute", lambda: loop.call_soon_threadsafe(computed.set))
    assert (await ask(app, http_scope(PATH, headers=JSON), b"{}"))[0] == 299
    await asyncio.wait_for(computed.wait(), 10)
    real()
    assert (await ask(app, http_scope(PATH, headers=JSON), b"{}"))[0] == 201


async def test_a_plain_request_is_answered_here(app, call, ordinary):
    status, headers, body = await ask(app, http_scope(PATH, headers={**JSON, "x-more": "1"}), b'{"a"', b":1}")
    assert (status, body) == (201, b"{}")
    assert headers[b"ETag"] == b'"1"'
    assert headers[b"Content-Length"] == b"2"
    assert headers[b"Content-Type"] == b"application/json"
    assert call.asked[0].body == b'{"a":1}'
    assert call.asked[0].headers[b"x-more"] == b"1"
    assert ordinary.bodies == []


UNSUPPORTED_HEADERS = {
    "another site's page": {"origin": "https://elsewhere.example"},
    "a cookie": {"cookie": "sessionid=1"},
    "a compressed body": {"content-encoding": "gzip"},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "another alphabet": {"content-type": "application/json; charset=utf-16"},
    "wants a page": {"accept": "text/html"},
    "another host": {"host": "elsewhere.example"},
    "no host": {"host": ""},
}


@pytest.mark.parametrize("headers", UNSUPPORTED_HEADERS.values(), ids=UNSUPPORTED_HEADERS)
async def test_what_is_not_plain_goes_to_the_normal_view_whole(app, call, ordinary, headers):
    status, _, _ = await ask(app, http_scope(PATH, headers={**JSON, **headers}), b"fish ", b"and chips")
    assert status == 299
    assert call.asked == []
    assert ordinary.bodies == [b"fish and chips"]


async def test_a_header_that_comes_twice_is_not_plain(app, call):
    scope = http_scope(PATH, headers=JSON)
    scope["headers"].append((b"authorization", b"Device a"))
    scope["headers"].append((b"authorization", b"Device b"))
    assert (await ask(app, scope, b"{}"))[0] == 299
    assert call.asked == []


async def test_a_query_is_not_plain(app, call):
    scope = http_scope(PATH, headers=JSON) | {"query_string": b"a=1"}
    assert (await ask(app, scope, b"{}"))[0] == 299
    assert call.asked == []


@pytest.mark.parametrize(("method", "path"), [("GET", PATH), ("POST", "/api/orders"), ("PUT", PATH)])
async def test_other_addresses_and_methods_never_come_here(app, call, method, path):
    assert (await ask(app, http_scope(path, method, JSON), b"{}"))[0] == 299
    assert call.asked == []


async def test_what_the_call_does_not_take_goes_to_the_normal_view_whole(app, call, ordinary):
    call.answer = None
    assert (await ask(app, http_scope(PATH, headers=JSON), b'{"a"', b":1}"))[0] == 299
    assert ordinary.bodies == [b'{"a":1}']


async def test_overload_is_told_here_and_tried_nowhere_else(app, call, ordinary):
    call.fails = Overloaded("Too many orders at once.")
    status, headers, body = await ask(app, http_scope(PATH, headers=JSON), b"{}")
    assert (status, headers[b"retry-after"], json.loads(body)["code"]) == (503, b"1", "overloaded")
    assert ordinary.bodies == []


@pytest.mark.parametrize("busy", [OperationalError("gone"), InterfaceError("closed"), PoolTimeout("none free")])
async def test_a_database_that_is_away_is_overload_too(app, call, ordinary, busy):
    call.fails = busy
    status, headers, body = await ask(app, http_scope(PATH, headers=JSON), b"{}")
    assert (status, headers[b"retry-after"], json.loads(body)["code"]) == (503, b"1", "overloaded")
    assert b"gone" not in body
    assert ordinary.bodies == []


async def test_a_fault_of_ours_tells_nothing_and_is_tried_nowhere_else(app, call, ordinary, caplog):
    call.fails = ZeroDivisionError("secret")
    status, _, body = await ask(app, http_scope(PATH, headers=JSON), b"{}")
    assert status == 500
    assert json.loads(body)["code"] == "server_error"
    assert b"secret" not in body
    assert "fast path handler failed" in caplog.text
    assert ordinary.bodies == []


@pytest.fixture
def https(settings):
    settings.HTTPS, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")


async def test_behind_https_only_what_came_by_https_is_plain(https, app, call):
    assert (await ask(app, http_scope(PATH, headers=JSON), b"{}"))[0] == 299
    assert (await ask(app, http_scope(PATH, headers={**JSON, "x-forwarded-proto": "https"}), b"{}"))[0] == 201


async def test_a_proxy_that_nobody_believes_makes_nothing_https(https, settings, app):
    settings.SECURE_PROXY_SSL_HEADER = None
    assert (await ask(app, http_scope(PATH, headers={**JSON, "x-forwarded-proto": "https"}), b"{}"))[0] == 299
