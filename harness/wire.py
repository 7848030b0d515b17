"""HTTP and WebSocket for load generators, with as little work for each answer as Python allows.

A client library spends more time on an order than the server under test; these classes parse only the measured parts.
"""

import asyncio
import re
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"

OnText = Callable[[bytes, float], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: status and body."""

    status: int
    head: bytes
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class HttpLine(asyncio.Protocol):
    """A kept connection, with one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.closed = False
        self._received = bytearray()
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("The server hung up."))

    def data_received(self, data: bytes) -> None:
        self._received += data
        answer = read_answer(self._received)
        if answer is not None:
            self._received.clear()
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(answer)

    async def ask(self, request: bytes) -> Answer:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer

    def close(self) -> None:
        self.transport.close()


def read_answer(received: bytearray) -> Answer | None:
    """Return the answer once all of it has arrived. There is no pipelining, so nothing follows it."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(received[: end + 2])
    length = _LENGTH.search(head)
    if length is not None and len(received) < end + 4 + int(length[1]):
        return None
    if length is None and _CHUNKED.search(head) and not received.endswith(_LAST_CHUNK):
        return None
    return Answer(int(head[9:12]), head, bytes(received[end + 4 :]))


class SocketLine(asyncio.Protocol):
    """A WebSocket that receives texts and answers pings. `ended` is set with its close code, 0 without one."""

    def __init__(self, upgrade: bytes, on_text: OnText) -> None:
        self.transport: asyncio.Transport
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        self.closed = False
        self._close_code = 0
        self._upgrade, self._on_text = upgrade, on_text
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._upgrade)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.ended.done():
            self.ended.set_result(self._close_code)
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"No socket: {bytes(self._received[:200])!r}"))

    def data_received(self, data: bytes) -> None:
        at = perf_counter()
        self._received += data
        if not self.opened.done():
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in self._received[:16]:
                self.transport.close()
                return
            del self._received[: end + 4]
            self.opened.set_result(None)
        self._read_frames(at)

    def _read_frames(self, at: float) -> None:
        received, start = self._received, 0
        while (frame := _frame_at(received, start)) is not None:
            kind, begin, end = frame
            if kind == TEXT:
                self._on_text(bytes(received[begin:end]), at)
            elif kind == PING:
                self.transport.write(bytes((0x80 | PONG, 0x80 | end - begin, 0, 0, 0, 0)) + received[begin:end])
            elif kind == CLOSE:
                self._close_code = int.from_bytes(received[begin : begin + 2])
                self.transport.close()
            start = end
        del received[:start]

    def close(self) -> None:
        self.transport.close()


def _frame_at(received: bytearray, start: int) -> tuple[int, int, int] | None:
    """Return (kind, start of the content, end of the frame) of the frame at `start`, or None if it is incomplete."""
    begin = start + 2
    if len(received) < begin:
        return None
    length = received[start + 1]
    if length >= 126:
        wide = 2 if length == 126 else 8
        length, begin = int.from_bytes(received[begin : begin + wide]), begin + wide
    if len(received) < begin + length:
        return None
    return received[start] & 0x0F, begin, begin + length


def text_frame(content: bytes) -> bytes:
    """Encode a short text of a client as one frame. Raises ValueError from 126 bytes on."""
    if len(content) > 125:
        raise ValueError("The frame of a longer text has a wider length.")
    return bytes((0x80 | TEXT, 0x80 | len(content), 0, 0, 0, 0)) + content


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Encode an HTTP request."""
    sent_headers = {"Host": "127.0.0.1:8000", **headers}
    if body:
        sent_headers = {"Content-Type": "application/json", **sent_headers, "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent_headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def upgrade(path: str, headers: dict[str, str]) -> bytes:
    """Encode the request for a WebSocket."""
    key = b64encode(secrets.token_bytes(16)).decode()
    asked = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    return request("GET", path, {**asked, "Origin": "http://127.0.0.1:8000", **headers})
