"""Security headers at every address of the URLconf, and on every refusal that is made below Django.

The same walk of an owner finds the exports.
"""

import asyncio

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils.datastructures import CaseInsensitiveMapping
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web import http

from bistro.core.kernel import asgi
from bistro.core.server.admission import ConcurrencyLimiter
from bistro.core.server.daphne_limits import BoundedChannel, BoundedRequest
from bistro.core.server.middleware import RELAXED_PAGES, RELAXED_PREFIXES
from bistro.core.server.threads import DjangoInThreads
from bistro.core.speed.fast_path import shared_headers
from bistro.core.tests.asgi import ask, fast_path, http_scope
from tests.nasty import ENDS_THE_LOGIN, addresses, path_with
from tests.test_declared_rights import EXPORTS
from tests.test_security_headers import STRICT, told

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

ADDRESSES = sorted(set(addresses()) - ENDS_THE_LOGIN)
DAPHNES_OWN = BoundedRequest.__base__  # not by its name: `limit_daphne` may have put ours there
KEPT_FROM_RELAXED = ("default-src", "object-src", "base-uri", "form-action", "frame-ancestors", "connect-src")


def is_relaxed(path):
    return path.startswith(RELAXED_PREFIXES) or path in RELAXED_PAGES


@pytest.mark.parametrize(("who", "method"), [("guest", "GET"), ("owner", "GET"), ("guest", "TRACE")])
def test_every_address_is_told(house, who, method):
    """A file to keep comes from the known addresses only; as parts of the admin, they are for managers."""
    browser = house.browser("owner") if who == "owner" else Client()
    browser.raise_request_exception = False
    house.order()
    files = set()
    for address in ADDRESSES:
        path = path_with(address, {})
        answer = browser.generic(method, path, headers={"X-Probe": "reflected"})
        found = told(answer)
        assert answer.status_code < 500, path
        assert method != "TRACE" or b"reflected" not in b"".join(answer), path
        for name in KEPT_FROM_RELAXED if is_relaxed(path) else STRICT:
            assert found[name] == STRICT[name], (path, name)
        if "attachment" in answer.get("Content-Disposition", ""):
            files.add(address)
    assert files == (EXPORTS if (who, method) == ("owner", "GET") else set())


# --- below Django ------------------------------------------------------------------------------------------------
async def never(scope, receive, send):
    raise AssertionError("the application is not asked")


async def too_large(settings):
    settings.BODY_LIMIT_BYTES = 10
    return await ask(ConcurrencyLimiter(never), http_scope("/api/order"), b"x" * 11)


async def too_much(settings):
    settings.ADMISSION_WAITING, settings.ADMISSION_REFUSAL_SECONDS = 0, 0.01
    limiter = ConcurrencyLimiter(never)
    limiter._slots = asyncio.Semaphore(0)
    return await ask(limiter, http_scope("/api/order"), b"{}")


def failing(error):
    async def fail(settings):
        async def handler(request):
            raise error

        app = fast_path({"/api/test": handler}, otherwise=never)
        app.shared.compute()
        return await ask(app, http_scope("/api/test", headers={"content-type": "application/json"}), b"{}")

    return fail


async def undecodable(settings):
    return await ask(DjangoInThreads(), http_scope("/api/v1/orders", "GET") | {"query_string": b"\xff"})


def heard(request=DAPHNES_OWN, sent=b"", seconds=0):
    """Return the answer of Daphne's channel to these bytes, after this time."""
    factory = http.HTTPFactory(reactor=Clock())
    factory.protocol, factory.server = BoundedChannel, Connections()
    channel = factory.buildProtocol(None)
    channel.requestFactory = request
    channel.makeConnection(Transport())
    channel.dataReceived(sent)
    for _ in range(seconds):
        factory.reactor.advance(1)
    head, _, body = channel.transport.value().partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    return int(first.split()[1]), dict(tuple(line.split(b": ", 1)) for line in lines), body


class Connections:
    """The parts of Daphne's server that a request uses."""

    server_name, proxy_forwarded_address_header = "", None

    def protocol_connected(self, protocol):
        """Accept every connection."""

    protocol_disconnected = protocol_connected

    def log_action(self, *_given):
        """Log nothing."""


class Transport(StringTransport):
    """A transport that can close one direction, as a TCP connection can."""

    def loseWriteConnection(self):
        self.disconnecting = True


HEAD = b"POST /x HTTP/1.1\r\nHost: x\r\n"


def daphnes(**what):
    async def answer(settings):
        return heard(**what)

    return answer


EDGE = {
    "body too large": (413, too_large),
    "too much at once": (503, too_much),
    "a fault on the fast path": (500, failing(ZeroDivisionError())),
    "a busy database on the fast path": (503, failing(OperationalError("locked"))),
    "a query that is no text": (400, undecodable),
    "Daphne, body too large": (413, daphnes(sent=HEAD + b"Content-Length: 99999999\r\n\r\n")),
    "Daphne, no request": (400, daphnes(sent=b"\x00\x01\r\n\r\n")),
    "Daphne, long headers": (431, daphnes(sent=HEAD + b"X: " + b"x" * 20_000)),
    "Daphne, too slow": (408, daphnes(sent=HEAD, seconds=25)),
    "Daphne, a header that is none": (
        400,
        daphnes(request=BoundedRequest, sent=HEAD + b"Content-Length: 0\r\nX: a\x0bb\r\n\r\n"),
    ),
}


@pytest.mark.parametrize("name", EDGE)
async def test_a_refusal_below_django_is_told(name, settings):
    status, refuse = EDGE[name]
    found = await refuse(settings)
    answer = CaseInsensitiveMapping({key.decode(): value.decode() for key, value in found[1].items()})
    assert (found[0], answer["Content-Type"]) == (status, "application/problem+json")
    assert told(answer) == STRICT
    assert status != 503 or answer["Retry-After"]


async def test_control_a_refusal_without_them_is_found(settings, monkeypatch):
    monkeypatch.setattr(asgi, "security_headers", tuple)
    with pytest.raises(KeyError):
        await test_a_refusal_below_django_is_told("body too large", settings)


def test_control_daphne_alone_sends_none():
    sent = HEAD + b"Content-Length: 0\r\nX: a\x0bb\r\n\r\n"
    status, headers, _body = heard(sent=sent)
    assert (status, b"Content-Security-Policy" in headers) == (400, False)


def test_what_the_fast_path_answers_is_told():
    headers = dict(shared_headers())
    assert told(CaseInsensitiveMapping({key.decode(): value.decode() for key, value in headers.items()})) == STRICT
