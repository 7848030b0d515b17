"""The private parts of Daphne, Twisted and autobahn that `bistro/core/server/daphne_limits.py` uses or replaces."""

import subprocess
import sys
from pathlib import Path

import pytest
from autobahn.twisted.websocket import WebSocketServerFactory
from autobahn.websocket import protocol as autobahn_protocol
from daphne.http_protocol import HTTPFactory
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import tcp
from twisted.internet.abstract import FileDescriptor
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web import http

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def http_channel():
    """Return a channel that has read a request's first line."""
    factory = http.HTTPFactory(reactor=Clock())
    factory.protocol = http.HTTPChannel
    channel = factory.buildProtocol(None)
    channel.makeConnection(StringTransport())
    channel.dataReceived(b"GET / HTTP/1.1\r\n")
    return channel


def web_socket():
    """Return Daphne's socket on a line that has just opened, in the middle of a message."""
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = WebSocketProtocol
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(StringTransport())
    protocol.onMessageBegin(isBinary=False)
    return protocol


CHANNEL = (
    *("_path", "_networkProducer", "_waitingForTransport", "_dataBuffer", "length", "clearLineBuffer", "requests"),
    *("_respondToBadRequestAndDisconnect", "lineLengthExceeded", "allHeadersReceived", "allContentReceived"),
    *("requestDone", "pauseProducing", "resumeProducing", "callLater", "setTimeout", "timeoutConnection"),
)
LINE = ("dataBuffer", "_tempDataBuffer", "disconnecting", "registerProducer", "unregisterProducer")
SOCKET = (
    *("_perMessageCompress", "state", "STATE_OPEN", "failedByMe", "message_data_total_length"),
    *("_max_message_size_exceeded", "onMessageFrameBegin", "check_timeouts", "serverSend", "serverClose"),
)


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda: http, ["_parseContentType"]),
        (lambda: autobahn_protocol, ["pformat"]),
        (http_channel, CHANNEL),
        (lambda: FileDescriptor(reactor=Clock()), LINE),
        (lambda: tcp.Server, ["writeSomeData", "abortConnection", "loseWriteConnection", "getHandle"]),
        (web_socket, SOCKET),
        (lambda: HTTPFactory, ["protocol"]),
        (lambda: WebSocketFactory, ["protocol"]),
    ],
)
def test_every_private_part_exists(make, names):
    owner = make()
    assert [name for name in names if not hasattr(owner, name)] == []


def test_twisted_parses_content_types_with_the_private_function():
    assert "_parseContentType" in http.Request.requestReceived.__code__.co_names


def test_autobahn_formats_options_with_pformat():
    assert "pformat" in autobahn_protocol.WebSocketProtocol._connectionMade.__code__.co_names


def loaded_by(*modules: str, command: str = "") -> str:
    """Load modules in a process of its own; return the HTTP channel that Daphne makes there, or the absence of it."""
    code = (
        f"import importlib, sys; sys.argv = ['manage.py', {command!r}]\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "if 'daphne.http_protocol' in sys.modules:\n"
        "    print(sys.modules['daphne.http_protocol'].HTTPFactory.protocol.__name__)\n"
        "elif not {'twisted.internet', 'twisted.web', 'autobahn'} & set(sys.modules):\n"
        "    print('no Twisted')\n"  # structlog loads Twisted's log where it finds one, and nothing more
    )
    return subprocess.check_output([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, text=True).strip()


def test_under_uvicorn_twisted_is_not_loaded():
    assert loaded_by("uvicorn.main", "bistro.asgi") == "no Twisted"


@pytest.mark.parametrize(("modules", "command"), [(("daphne.cli", "bistro.asgi"), ""), (("bistro.asgi",), "runserver")])
def test_under_daphne_connections_are_limited(modules, command):
    assert loaded_by(*modules, command=command) == "BoundedChannel"
