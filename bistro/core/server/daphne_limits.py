"""What Daphne does not limit by itself, so that slow and huge clients do no harm without a proxy before it.

Daphne reads a request to its end, however long it takes and however large it is, before it asks the application. It
keeps for a socket whatever the client does not read. So the limits stand here, below the application:

- a request must be here within `REQUEST_SECONDS`, or keep coming at `REQUEST_BYTES_A_SECOND`; each byte resets
  Twisted's own time, which a client that drips one after the other never exceeds;
- nobody is answered more who does not read what was answered;
- a body beyond the limit is refused when it is announced, or, without a length, as soon as it has grown too large;
- a message of a socket's client holds `SOCKET_HEARD_BYTES` (Daphne's own limit binds snapshots too, and is larger);
- a socket that leaves `SOCKET_UNREAD_BYTES` unread, or anything for `SOCKET_UNREAD_SECONDS`, is closed.
"""

import json
import socket
import struct
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from time import monotonic
from typing import Any

from autobahn.websocket import protocol as autobahn_protocol
from daphne.http_protocol import HTTPFactory
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.conf import settings
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web import http
from twisted.web.http import HTTPChannel, Request

from bistro.core.kernel.problems import PROBLEM_TYPE, problem
from bistro.core.server.admission import body_limit

TOO_SLOW = 4504
ROOM = 64 * 1024  # for headers, and for the lengths between the pieces of a body without one
# Who was refused in the middle of sending gets this much more read and thrown away. Ended at once, the connection
# would be reset, and the answer lost with it.
LINGER_SECONDS, LINGER_BYTES = 5.0, 16 * 1024 * 1024
# The kernel takes two megabytes for a client that reads nothing before it tells us. Not from us.
UNSENT_BYTES = 128 * 1024


def limit_daphne() -> None:
    """From now on every server in this process makes connections that know these limits."""
    HTTPFactory.protocol = BoundedChannel
    WebSocketFactory.protocol = BoundedSocket
    # Twisted reads each Content-Type with Python's e-mail parser: a seventh of what an order costs the event loop.
    if parse := getattr(http, "_parseContentType", None):
        http._parseContentType = lru_cache(maxsize=64)(parse)  # type: ignore[attr-defined]
    # Autobahn prints the options of each socket prettily, for a debug line that nobody keeps: a seventh of joining.
    if hasattr(autobahn_protocol, "pformat"):
        autobahn_protocol.pformat = lambda *_values: ""  # type: ignore[assignment]


class BoundedChannel(HTTPChannel):
    """One connection, until it becomes a socket. Its time runs from its beginning, or from a request's first byte, to
    that request's end; not while we work, nor between two requests, where Twisted's own time for silence holds."""

    transport: Any  # a TCP line; Twisted's declared type knows little of it
    _path: Any
    _networkProducer: Any

    def __init__(self) -> None:
        super().__init__()
        self._due: Any = None  # a call that Twisted makes later
        self._unread: Any = None  # the same
        self._began = 0.0
        self._came = self._thrown_away = 0
        self._limit = settings.BODY_LIMIT_BYTES
        self._working = self._refused = False
        self._later: list[bytes] = []  # requests that were read already, while an answer waits to be read

    def connectionMade(self) -> None:
        super().connectionMade()
        with suppress(AttributeError, OSError):  # not every system and every kind of line has it
            self.transport.getHandle().setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        self._expect()

    def dataReceived(self, data: bytes) -> None:
        if self._refused:
            self._throw_away(data)
            return
        if not self._working:
            if self._due is None:
                self._expect()
            self._came += len(data)
            if self._came > self._limit + ROOM:
                self._refuse(413, "The body is too large.", "body_too_large")
                return
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:
        if not self._refused:
            super().lineReceived(line)

    def rawDataReceived(self, data: bytes) -> None:
        if not self._refused:
            super().rawDataReceived(data)

    def lineLengthExceeded(self, line: bytes) -> None:
        self._refuse(431, "The headers are too large.", "headers_too_large")

    def _respondToBadRequestAndDisconnect(self) -> None:  # Twisted's name, and its only place for all of these
        self._refuse(400, "This is not a request.", "parse_error")

    def allHeadersReceived(self) -> None:
        self._limit = body_limit(self._path.decode("latin-1"))
        if self.length is not None and self.length > self._limit:
            self._refuse(413, "The body is too large.", "body_too_large")
        else:
            super().allHeadersReceived()

    def allContentReceived(self) -> None:
        self._stop()
        self._working = True
        super().allContentReceived()

    def requestDone(self, request: Request) -> None:
        """Nothing more is answered while this answer waits to be read. Twisted would go on, for it began to wait in the
        middle of a request: who asks again and again without reading would have it all kept in our memory."""
        self._working = False
        if self._waitingForTransport:
            self._later, self._dataBuffer = [*self._later, *self._dataBuffer, self.clearLineBuffer()], []
            self._networkProducer.pauseProducing()
        super().requestDone(request)

    def pauseProducing(self) -> None:
        """Much of an answer waits to be read."""
        super().pauseProducing()
        if self._unread is None:
            self._unread = self.callLater(settings.SOCKET_UNREAD_SECONDS, self.transport.abortConnection)

    def resumeProducing(self) -> None:
        """All was read."""
        super().resumeProducing()
        self._was_read()
        later, self._later = b"".join(self._later), []
        if later:
            self.dataReceived(later)

    def _was_read(self) -> None:
        if self._unread is not None and self._unread.active():
            self._unread.cancel()
        self._unread = None

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._stop()
        self._was_read()
        super().connectionLost(reason)

    def _expect(self) -> None:
        """A request's time begins."""
        self._came, self._limit = 0, settings.BODY_LIMIT_BYTES
        self._began = self.factory.reactor.seconds()
        self._due = self.callLater(settings.REQUEST_SECONDS, self._look)

    def _look(self) -> None:
        """Its time is over, unless so much has come that it has earned more."""
        until = self._began + settings.REQUEST_SECONDS + self._came / settings.REQUEST_BYTES_A_SECOND
        left = until - self.factory.reactor.seconds()
        if left > 0.1:
            self._due = self.callLater(left, self._look)
            return
        self._due = None
        if self._came:
            self._answer(408, "The request took too long.", "too_slow")
        self.timeoutConnection()

    def _stop(self) -> None:
        if self._due is not None and self._due.active():
            self._due.cancel()
        self._due = None

    def _refuse(self, status: int, detail: str, code: str) -> None:
        """Say why, and read no further. What comes now is thrown away for a moment, so that the answer arrives."""
        if self._refused:
            return
        self._refused = True
        self._stop()
        self.setTimeout(None)
        self._answer(status, detail, code)
        self.transport.loseWriteConnection()
        self._due = self.callLater(LINGER_SECONDS, self.transport.abortConnection)

    def _throw_away(self, data: bytes) -> None:
        self._thrown_away += len(data)
        if self._thrown_away > LINGER_BYTES:
            self.transport.abortConnection()

    def _answer(self, status: int, detail: str, code: str) -> None:
        body = json.dumps(problem(status, detail, code)).encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {PROBLEM_TYPE}\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            "Connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)


@lru_cache(maxsize=64)
def _text_frame(content: str | bytes) -> bytes:
    """A message as it goes over the line (RFC 6455, 5.2: final, text, not masked): made once for all who get it."""
    payload = content.encode() if isinstance(content, str) else content
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x81, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x81, 126, size)
    else:
        head = struct.pack("!BBQ", 0x81, 127, size)
    return head + payload


class BoundedSocket(WebSocketProtocol):  # type: ignore[misc]  # Daphne has no types
    """One WebSocket, and its transport's producer: it hears when more than 64 KiB wait, and when all has been read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread_since: float | None = None
        self._unread = 0

    def onOpen(self) -> None:
        super().onOpen()
        self.transport.unregisterProducer()  # the channel's, which has nothing to say any more
        self.transport.registerProducer(self, True)

    def pauseProducing(self) -> None:
        """Much waits. Said again with everything that is sent meanwhile."""
        if self._unread_since is None:
            self._unread_since, self._unread = monotonic(), 0

    def resumeProducing(self) -> None:
        """All was read."""
        self._unread_since = None

    def stopProducing(self) -> None:
        """The connection is over; Daphne hears of it elsewhere."""

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:
        if self._unread_since is not None:
            self._unread += len(content)
            if self._unread > settings.SOCKET_UNREAD_BYTES:
                self._give_up()
                return
        if binary or self._perMessageCompress is not None or self.state != self.STATE_OPEN:
            super().serverSend(content, binary)
        else:
            self._write(_text_frame(content))

    def _write(self, frame: bytes) -> None:
        """At once where nothing waits, as much as the kernel takes. Twisted would ask it first whether it may write,
        and tell it afterwards that nothing is left: for every socket, with every frame."""
        line = self.transport
        if getattr(line, "dataBuffer", True) or getattr(line, "_tempDataBuffer", True) or line.disconnecting:
            line.write(frame)
            return
        sent = line.writeSomeData(frame)
        if not isinstance(sent, int):
            line.write(frame)  # the line is broken: Twisted finds out, and says so to whom it concerns
        elif sent < len(frame):
            line.write(frame[sent:])

    def check_timeouts(self) -> None:
        super().check_timeouts()
        if self._unread_since is not None and monotonic() - self._unread_since > settings.SOCKET_UNREAD_SECONDS:
            self._give_up()

    def _give_up(self) -> None:
        """The client comes back where it stands, or for a snapshot."""
        if self.state == self.STATE_OPEN:
            self.serverClose(TOO_SLOW)

    def onMessageFrameBegin(self, length: int) -> None:
        super().onMessageFrameBegin(length)
        size, limit = self.message_data_total_length, settings.SOCKET_HEARD_BYTES
        if size > limit and not self.failedByMe:
            self._max_message_size_exceeded(size, limit, "a client's message is too large")
