"""Limits that Daphne lacks, so that slow and huge clients do no harm without a proxy in front.

Daphne reads a whole request, however long that takes and however large it is, before it calls the application, and it
buffers without bound what a socket's client does not read. These limits apply below the application:

- A request must arrive within `REQUEST_SECONDS`, or at `REQUEST_BYTES_A_SECOND`. Twisted's own timeout restarts with
  every byte, so a client that sends single bytes never exceeds it.
- A connection gets no further response while its client does not read the current one.
- A malformed `Sec-WebSocket-Protocol` is refused; Daphne would answer 500 and log a traceback for some of them.
- A body beyond the limit is refused by its Content-Length or, without one, as soon as it is too large.
- A client's message on a socket has at most `SOCKET_HEARD_BYTES`. Daphne's own limit also applies to snapshots and is
  larger.
- A socket with more than `SOCKET_UNREAD_BYTES` unread, or anything unread for `SOCKET_UNREAD_SECONDS`, is closed.
"""

import logging
import re
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from time import monotonic
from typing import Any

from autobahn.websocket import protocol as autobahn_protocol
from daphne import http_protocol
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.conf import settings
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web import http
from twisted.web.http import HTTPChannel, Request

from bistro.core.kernel.asgi import PING, PING_PAYLOAD, PONG, STOP_READING, refusal
from bistro.core.server.admission import body_limit

log = logging.getLogger(__name__)

TOO_SLOW = 4504
ROOM = 64 * 1024  # for headers and the lengths of chunks
# After a refusal this much more is read and discarded, because closing at once would reset the connection and lose the
# response.
LINGER_SECONDS, LINGER_BYTES = 5.0, 16 * 1024 * 1024
# By default the kernel buffers two megabytes for a client that reads nothing.
UNSENT_BYTES = 128 * 1024
_TOKEN = rb"[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*"
_SUBPROTOCOLS = re.compile(_TOKEN + rb"(?:," + _TOKEN + rb")*")
LONGEST_SUBPROTOCOLS = 1000
_MALFORMED = ("This is not a request.", "parse_error")
_LATE = ("The answer took too long. Try again in a moment.", "overloaded")
_FAILED = ("Something went wrong on the server.", "server_error")
_DAPHNES = {400: _MALFORMED, 503: _LATE}  # detail and code of the refusals that Daphne itself makes


def limit_daphne() -> None:
    """Install the limits for every server that this process starts."""
    HTTPFactory.protocol = BoundedChannel
    http_protocol.WebRequest = BoundedRequest
    WebSocketFactory.protocol = BoundedSocket
    # Twisted parses each Content-Type with Python's slow e-mail parser, so cache the results.
    if parse := getattr(http, "_parseContentType", None):
        http._parseContentType = lru_cache(maxsize=64)(parse)  # type: ignore[attr-defined]
    # Autobahn pretty-prints the options of each socket for a debug line that is not logged, so make that cheap.
    if hasattr(autobahn_protocol, "pformat"):
        autobahn_protocol.pformat = lambda *_values: ""  # type: ignore[assignment]


class BoundedChannel(HTTPChannel):
    """An HTTP connection with limits, until it becomes a socket.

    The time of a request runs from its first byte, or from the start of the connection, to its end. It does not run
    while the application works, nor between two requests, where Twisted's own idle timeout applies.
    """

    transport: Any  # a TCP connection; Twisted's declared type lacks most of its methods
    _path: Any
    _networkProducer: Any

    def __init__(self) -> None:
        super().__init__()
        self._due: Any = None  # Twisted's delayed call that ends a slow request
        self._unread: Any = None  # Twisted's delayed call that ends a connection with an unread response
        self._began = 0.0
        self._received = self._discarded = 0
        self._limit = settings.BODY_LIMIT_BYTES
        self._working = self._refused = False
        self._later: list[bytes] = []  # pipelined requests, kept while a response is unread

    def connectionMade(self) -> None:
        super().connectionMade()
        with suppress(AttributeError, OSError):  # not supported on every system and kind of socket
            self.transport.getHandle().setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        self._start_time()

    def dataReceived(self, data: bytes) -> None:
        if self._refused:
            self._discard(data)
            return
        if not self._working:
            if self._due is None:
                self._start_time()
            self._received += len(data)
            if self._received > self._limit + ROOM:
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

    def _respondToBadRequestAndDisconnect(self) -> None:  # overrides Twisted's only handler of malformed requests
        self._refuse(400, *_MALFORMED)

    def allHeadersReceived(self) -> None:
        self._limit = body_limit(self._path.decode("latin-1"))
        if self.length is not None and self.length > self._limit:
            self._refuse(413, "The body is too large.", "body_too_large")
        elif not well_formed_subprotocols(self.requests[-1].requestHeaders.getRawHeaders(b"sec-websocket-protocol")):
            self._refuse(400, "Sec-WebSocket-Protocol must be a list of different tokens.", "parse_error")
        else:
            super().allHeadersReceived()

    def allContentReceived(self) -> None:
        if self._refused:  # by its headers, and it has no body
            return
        self._stop_time()
        self._working = True
        super().allContentReceived()

    def requestDone(self, request: Request) -> None:
        """End a request and start no further one while its response is unread.

        Twisted would continue, and a client that keeps sending requests without reading would fill the memory with
        responses.
        """
        self._working = False
        if self._waitingForTransport:
            self._later, self._dataBuffer = [*self._later, *self._dataBuffer, self.clearLineBuffer()], []
            self._networkProducer.pauseProducing()
        super().requestDone(request)

    def pauseProducing(self) -> None:
        """Limit the time in which the client must read a large response."""
        super().pauseProducing()
        if self._unread is None:
            self._unread = self.callLater(settings.SOCKET_UNREAD_SECONDS, self.transport.abortConnection)

    def resumeProducing(self) -> None:
        """Continue with the pipelined requests when the response has been read."""
        super().resumeProducing()
        self._cancel_unread_timer()
        later, self._later = b"".join(self._later), []
        if later:
            self.dataReceived(later)

    def _cancel_unread_timer(self) -> None:
        if self._unread is not None and self._unread.active():
            self._unread.cancel()
        self._unread = None

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._stop_time()
        self._cancel_unread_timer()
        super().connectionLost(reason)

    def _start_time(self) -> None:
        """Start the time of a request."""
        self._received, self._limit = 0, settings.BODY_LIMIT_BYTES
        self._began = self.factory.reactor.seconds()
        self._due = self.callLater(settings.REQUEST_SECONDS, self._check_time)

    def _check_time(self) -> None:
        """End a request that is too slow. Each received byte extends its time."""
        until = self._began + settings.REQUEST_SECONDS + self._received / settings.REQUEST_BYTES_A_SECOND
        left = until - self.factory.reactor.seconds()
        if left > 0.1:
            self._due = self.callLater(left, self._check_time)
            return
        self._due = None
        if self._received:
            self._write_problem(408, "The request took too long.", "too_slow")
        self.timeoutConnection()

    def _stop_time(self) -> None:
        if self._due is not None and self._due.active():
            self._due.cancel()
        self._due = None

    def _refuse(self, status: int, detail: str, code: str) -> None:
        """Send a problem document and stop reading. Discard further data for a moment, so that the response arrives."""
        if self._refused:
            return
        self._refused = True
        self._stop_time()
        self.setTimeout(None)
        self._write_problem(status, detail, code)
        self.transport.loseWriteConnection()
        self._due = self.callLater(LINGER_SECONDS, self.transport.abortConnection)

    def _discard(self, data: bytes) -> None:
        self._discarded += len(data)
        if self._discarded > LINGER_BYTES:
            self.transport.abortConnection()

    def _write_problem(self, status: int, detail: str, code: str) -> None:
        headers, body = refusal(status, detail, code)
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), b"connection: close"]
        lines += [name + b": " + value for name, value in headers]
        self.transport.write(b"\r\n".join([*lines, b"", body]))


class BoundedRequest(WebRequest):  # type: ignore[misc]  # Daphne has no types
    """A request that Daphne refuses as we do."""

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Send a problem document in place of Daphne's page: for a malformed request, or a late or failed answer."""
        headers, content = refusal(status, *_DAPHNES.get(status, _FAILED))
        wait = [(b"retry-after", b"1")] if status == HTTPStatus.SERVICE_UNAVAILABLE else []
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers + wait})
        self.handle_reply({"type": "http.response.body", "body": content})


def well_formed_subprotocols(values: Sequence[bytes] | None) -> bool:
    """Return whether the values of Sec-WebSocket-Protocol are a list of different tokens (RFC 6455, 4.1), or absent."""
    if values is None:
        return True
    header = b",".join(values)
    if len(header) > LONGEST_SUBPROTOCOLS or not _SUBPROTOCOLS.fullmatch(header):
        return False
    names = [name.strip() for name in header.split(b",")]
    return len(names) == len(set(names))


@lru_cache(maxsize=64)
def _text_frame(content: str | bytes) -> bytes:
    """Return the bytes of a text message (RFC 6455, 5.2: final, not masked), cached because an audience shares it."""
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
    """A WebSocket with limits.

    As producer of its transport it is told when more than 64 KiB are unread and when none are.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread_since: float | None = None
        self._unread = 0

    def onConnect(self, request: Any) -> Any:
        """Start the application. Daphne decodes percent signs, which are ordinary characters of a subprotocol."""
        if "%" in (named := request.headers.get("sec-websocket-protocol", "")):
            request.headers["sec-websocket-protocol"] = named.replace("%", "%25")
        return super().onConnect(request)

    def onOpen(self) -> None:
        super().onOpen()
        self.transport.unregisterProducer()  # the HTTP channel was the producer until the upgrade
        self.transport.registerProducer(self, True)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Carry out the application's message, also those of our extension of ASGI."""
        if message["type"] == PING:
            self.sendPing(PING_PAYLOAD)
        elif message["type"] == STOP_READING:
            self.transport.pauseProducing()  # for good: the close frame has a second before the connection is dropped
        else:
            super().handle_reply(message)

    def onPong(self, payload: bytes) -> None:
        """Tell the application of the answer to its ping."""
        super().onPong(payload)
        if payload == PING_PAYLOAD and not self.muted:
            self.application_queue.put_nowait({"type": PONG})

    def pauseProducing(self) -> None:
        """Note since when data is unread. Twisted calls it again with everything sent meanwhile."""
        if self._unread_since is None:
            self._unread_since, self._unread = monotonic(), 0

    def resumeProducing(self) -> None:
        """Note that everything was read."""
        self._unread_since = None

    def stopProducing(self) -> None:
        """Do nothing; Daphne learns of the end of the connection by another call."""

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:
        """Send a message, unless the client has hung up, of which the application learns by another message."""
        if self.state in (self.STATE_CLOSING, self.STATE_CLOSED):
            log.debug("the client of a socket hung up")
            return
        if self._unread_since is not None:
            self._unread += len(content)
            if self._unread > settings.SOCKET_UNREAD_BYTES:
                self._close_unread()
                return
        if binary or self._perMessageCompress is not None or self.state != self.STATE_OPEN:
            super().serverSend(content, binary)
        else:
            self._write(_text_frame(content))

    def _write(self, frame: bytes) -> None:
        """Write a frame directly to the kernel if nothing is buffered.

        Twisted's own way adds two calls of the event loop for each socket and frame.
        """
        transport = self.transport
        if (
            getattr(transport, "dataBuffer", True)
            or getattr(transport, "_tempDataBuffer", True)
            or transport.disconnecting
        ):
            transport.write(frame)
            return
        sent = transport.writeSomeData(frame)
        if not isinstance(sent, int):
            transport.write(frame)  # the connection is broken; Twisted detects it here and reports it
        elif sent < len(frame):
            transport.write(frame[sent:])

    def check_timeouts(self) -> None:
        super().check_timeouts()
        if self._unread_since is not None and monotonic() - self._unread_since > settings.SOCKET_UNREAD_SECONDS:
            self._close_unread()

    def _close_unread(self) -> None:
        """Close the socket. The client reconnects from its position or takes a snapshot."""
        if self.state == self.STATE_OPEN:
            self.serverClose(TOO_SLOW)

    def onMessageFrameBegin(self, length: int) -> None:
        super().onMessageFrameBegin(length)
        size, limit = self.message_data_total_length, settings.SOCKET_HEARD_BYTES
        if size > limit and not self.failedByMe:
            self._max_message_size_exceeded(size, limit, "a client's message is too large")
