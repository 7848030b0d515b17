"""A client that hangs up while a frame is sent to its socket: a debug line, and other errors stay errors."""

import logging

import pytest
from autobahn.exception import Disconnected
from autobahn.twisted.websocket import WebSocketServerFactory
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from uvicorn.protocols.utils import ClientDisconnected

from bistro.core.live.consumers import LiveConsumer
from bistro.core.server.daphne_limits import BoundedSocket
from tests.sockets import Socket, beside, eventually

UVLOOP = "unable to perform operation on <TCPTransport closed=True reading=False 0x55>; the handler is closed"
UNANSWERED = "Unexpected ASGI message 'websocket.send', after sending 'websocket.close'."


async def records_of_a_send_that_raises(house, monkeypatch, caplog, error):
    """Return the log's records of a socket whose first frame cannot be sent."""

    async def fail(*_given):
        raise error

    monkeypatch.setattr(LiveConsumer, "_send_frame", fail)
    caplog.set_level(logging.DEBUG, "bistro")
    credential = await beside(lambda: house.api("owner").headers["Authorization"])
    async with Socket("/ws/floor/", credential) as socket:
        await socket.hello()
        await eventually(lambda: [record for record in caplog.records if "socket" in record.getMessage()])
    return [
        (record.levelno, record.exc_info is not None) for record in caplog.records if "socket" in record.getMessage()
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "error",
    [ClientDisconnected(), RuntimeError(UVLOOP), RuntimeError(UNANSWERED)],
    ids=["closed", "uvloop", "unanswered"],
)
async def test_a_hang_up_at_uvicorn_is_a_debug_line(house, monkeypatch, caplog, error):
    assert await records_of_a_send_that_raises(house, monkeypatch, caplog, error) == [(logging.DEBUG, False)]


@pytest.mark.django_db(transaction=True)
async def test_control_another_error_is_logged_as_one(house, monkeypatch, caplog):
    found = await records_of_a_send_that_raises(house, monkeypatch, caplog, RuntimeError("a fault of ours"))
    assert found == [(logging.ERROR, True)]


def closed_socket(protocol):
    """Return a socket of Daphne whose client has hung up."""
    factory = WebSocketServerFactory(reactor=Clock())
    factory.protocol = protocol
    socket = factory.buildProtocol(None)
    socket.makeConnection(StringTransport())
    socket.state, socket.client_addr = socket.STATE_CLOSED, None
    socket.transport.clear()
    return socket


@pytest.mark.parametrize("content", ["a frame", b"bytes"])
def test_a_hang_up_at_daphne_is_a_debug_line(caplog, content):
    caplog.set_level(logging.DEBUG)
    socket = closed_socket(BoundedSocket)
    socket.serverSend(content, isinstance(content, bytes))
    assert [(record.levelno, record.getMessage()) for record in caplog.records if "bistro" in record.name] == [
        (logging.DEBUG, "the client of a socket hung up")
    ]
    assert socket.transport.value() == b""


def test_control_daphne_raises():
    with pytest.raises(Disconnected):
        closed_socket(WebSocketProtocol).serverSend("a frame")
