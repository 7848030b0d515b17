"""Limits below the application, with a clock that the test moves."""

import logging

import pytest
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketFactory
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web import http
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from bistro.core.server.daphne_limits import BoundedChannel, BoundedSocket, _text_frame

pytestmark = pytest.mark.database_agnostic

HEAD = b"POST /admin/ HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


class Answers(http.Request):
    """A request handler that answers at once."""

    def process(self):
        self.setHeader(b"content-length", b"0")
        self.finish()


class Thinks(http.Request):
    """A request handler that answers when the test lets it."""

    def process(self):
        self.channel.at_work = self

    def answer(self):
        Answers.process(self)


def connected(protocol=BoundedChannel, answers=Answers):
    clock = Clock()
    factory = http.HTTPFactory(reactor=clock)
    factory.protocol = protocol
    channel = factory.buildProtocol(None)
    channel.requestFactory = answers
    channel.makeConnection(StringTransport())
    channel.clock = clock
    return channel


@pytest.fixture
def line():
    return connected()


def drip(line, seconds, piece):
    for _ in range(seconds):
        line.dataReceived(piece)
        line.clock.advance(1)


def test_who_drips_is_told_and_let_go_after_its_time(line):
    line.dataReceived(HEAD % 5000)
    drip(line, 19, b"x")
    assert not line.transport.disconnecting
    drip(line, 2, b"x")
    assert line.transport.disconnecting
    assert line.transport.value().startswith(b"HTTP/1.1 408 ")


def test_a_large_upload_on_a_slow_line_that_keeps_coming_is_waited_for(line):
    line.dataReceived(HEAD % (60 * 20_000))
    drip(line, 60, b"x" * 20_000)
    assert line.transport.value().startswith(b"HTTP/1.1 200 ")


def test_between_two_requests_the_time_does_not_run(line):
    line.dataReceived(HEAD % 0)
    line.clock.advance(45)
    line.dataReceived(HEAD % 0)
    assert line.transport.value().count(b"HTTP/1.1 200 ") == 2
    assert not line.transport.disconnecting


def begun_after(line):
    """Send two more requests while a response is unread, one before the response is complete and one afterwards."""
    line.dataReceived(HEAD % 0)
    first = line.at_work
    line.pauseProducing()
    line.dataReceived(HEAD % 0)
    first.answer()
    if line.transport.producerState == "producing":
        line.dataReceived(HEAD % 0)
    return line.at_work is not first


def test_who_does_not_read_is_answered_nothing_more_until_it_does():
    line = connected(answers=Thinks)
    assert not begun_after(line)
    assert line.transport.producerState == "paused"
    line.resumeProducing()
    line.at_work.answer()
    assert line.transport.producerState == "producing"
    line.dataReceived(HEAD % 0)
    line.at_work.answer()
    assert line.transport.value().count(b"HTTP/1.1 200 ") == 3


def test_control_twisted_goes_on():
    assert begun_after(connected(http.HTTPChannel, Thinks))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_the_library_reads(size):
    """Our bytes, read by another implementation of the standard."""
    (frame,) = frames_of(_text_frame("ß" * (size // 2) + "x" * (size % 2)))
    assert (frame.opcode, frame.fin, frame.rsv1) == (Opcode.TEXT, True, False)
    assert len(frame.data) == size


def frames_of(data):
    reader = StreamReader()
    reader.feed_data(data)
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as found:
        next(parsing)
    return [found.value.value]


class Line:
    """A transport whose kernel buffer takes `room` bytes."""

    disconnecting = False

    def __init__(self, room):
        self.room, self.dataBuffer, self._tempDataBuffer, self.came = room, b"", [], b""

    def writeSomeData(self, data):
        taken, self.room = data[: self.room], max(0, self.room - len(data))
        self.came += taken
        return len(taken) if taken else BlockingIOError()

    def write(self, data):
        self._tempDataBuffer.append(data)


@pytest.mark.parametrize("room", [0, 3, 7, 100])
def test_nothing_overtakes_what_waits(room):
    """Bytes that the kernel does not take stay in Twisted's buffer, and later bytes queue behind them."""
    socket = BoundedSocket.__new__(BoundedSocket)
    socket.transport = line = Line(room)
    for word in (b"one ", b"two ", b"three"):
        socket._write(word)
    assert line.came + b"".join(line._tempDataBuffer) == b"one two three"
    assert line.came == b"one two three"[: min(room, 13)]


# --- subprotocols ---------------------------------------------------------------------------------------------
UPGRADE = (
    b"GET /ws/orders HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n"
)
MALFORMED = {
    "space": b"a b",
    "commas": b",,",
    "nothing": b"",
    "blank": b"  ",
    "trailing comma": b"bistro.v1,",
    "empty element": b"bistro.v1,,ticket.x",
    "not ASCII": "bistro.v1, caf\u00e9".encode(),
    "Latin-1": b"caf\xe9",
    "line break of Unicode": b"a\x85b",
    "separator": b"a;b",
    "quotes": b'"bistro.v1"',
    "slash": b"a/b",
    "twice": b"bistro.v1, bistro.v1",
    "very long": b"a" * 1001,
}


class DaphneServer:
    """The parts of Daphne's server that a handshake uses."""

    root_path, server_name, proxy_forwarded_address_header = "", "", None

    def __init__(self):
        self.scopes = []
        self.ws_factory = WebSocketFactory(self)
        self.ws_factory.protocol = BoundedSocket

    def protocol_connected(self, protocol):
        """Accept every connection."""

    protocol_disconnected = protocol_connected

    def create_application(self, protocol, scope):
        self.scopes.append(scope)


class WireTransport(StringTransport):
    """A transport that can close one direction, as a TCP connection can."""

    def loseWriteConnection(self):
        self.disconnecting = True


def handshake(*values, channel=BoundedChannel):
    """Return the scopes that a handshake with these headers starts, and the bytes that are answered."""
    server = DaphneServer()
    factory = HTTPFactory(server)
    line = channel()
    line.factory, line.requestFactory = factory, WebRequest
    transport = WireTransport()
    line.makeConnection(transport)
    headers = b"".join(b"Sec-WebSocket-Protocol: %s\r\n" % value for value in values)
    line.dataReceived(UPGRADE % headers)
    return server.scopes, transport.value()


@pytest.mark.parametrize("value", MALFORMED.values(), ids=MALFORMED)
def test_malformed_subprotocols_are_refused_without_a_traceback(value, caplog):
    scopes, answer = handshake(value)
    assert scopes == []
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code": "parse_error"' in answer
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_control_daphne_logs_a_traceback(caplog):
    _scopes, answer = handshake(MALFORMED["not ASCII"], channel=http.HTTPChannel)
    assert not answer.startswith(b"HTTP/1.1 400 ")
    assert "UnicodeDecodeError" in caplog.text


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([], []),
        ([b"bistro.v1"], ["bistro.v1"]),
        ([b" bistro.v1 ,\tticket.x-_y"], ["bistro.v1", "ticket.x-_y"]),
        ([b"bistro.v1", b"ticket.x"], ["bistro.v1", "ticket.x"]),
        ([b"bistro%2Ev1,a%2Cb"], ["bistro%2Ev1", "a%2Cb"]),
        ([b"a" * 1000], ["a" * 1000]),
    ],
)
def test_well_formed_subprotocols_reach_the_application(values, names):
    ((scope,), answer) = handshake(*values)
    assert (scope["subprotocols"], answer) == (names, b"")
