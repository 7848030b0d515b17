"""The load generator's own HTTP and WebSocket: each answer and each text arrives once, in any division of the bytes."""

import asyncio

import pytest

from harness.wire import HttpLine, SocketLine, read_answer, text_frame

SHORT, LONG, HUGE = b"x" * 125, b"y" * 300, b"z" * 70_000
ANSWERS = [
    b"HTTP/1.1 201 Created\r\nServer: a\r\nContent-Length: 5\r\n\r\n{...}",
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{...}\r\n0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\nServer: a\r\n\r\n",
]


class Transport(asyncio.Transport):
    """A transport that records the written bytes."""

    def __init__(self):
        super().__init__()
        self.written = b""

    def write(self, data):
        self.written += data

    def close(self):
        """Do nothing, because there is no connection."""


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_is_read_when_it_is_whole_and_not_before(answer):
    assert [end for end in range(len(answer)) if read_answer(bytearray(answer[:end]))] == []
    found = read_answer(bytearray(answer))
    assert (found.status, found.ok) == (int(answer[9:12]), True)


async def test_a_server_that_hangs_up_is_no_answer():
    line = HttpLine()
    line.connection_made(Transport())
    asking = asyncio.ensure_future(line.ask(b"GET / HTTP/1.1\r\n\r\n"))
    await asyncio.sleep(0)
    line.data_received(ANSWERS[0][:-1])
    line.connection_lost(None)
    with pytest.raises(ConnectionError):
        await asking
    assert line.closed


@pytest.mark.parametrize("size", [1, 7, 1_000_000])
async def test_every_text_is_heard_once_and_pings_are_answered(size):
    heard, transport = [], Transport()
    line = SocketLine(b"upgrade", lambda text, at: heard.append(text))
    line.connection_made(transport)
    ping = bytes((0x89, 4)) + b"beat"
    frames = [
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        bytes((0x81, 125)) + SHORT,
        ping,
        bytes((0x81, 126)) + len(LONG).to_bytes(2) + LONG,
        bytes((0x81, 127)) + len(HUGE).to_bytes(8) + HUGE,
    ]
    data = b"".join(frames)
    for start in range(0, len(data), size):
        line.data_received(data[start : start + size])
    assert line.opened.done()
    assert heard == [SHORT, LONG, HUGE]
    assert transport.written == b"upgrade" + bytes((0x8A, 0x84, 0, 0, 0, 0)) + b"beat"


async def test_a_refused_socket_does_not_open():
    line = SocketLine(b"upgrade", lambda text, at: None)
    line.connection_made(Transport())
    line.data_received(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    line.connection_lost(None)
    with pytest.raises(ConnectionError, match="403"):
        await line.opened


async def test_the_close_code_of_the_server_is_told():
    line = SocketLine(b"upgrade", lambda text, at: None)
    line.connection_made(Transport())
    line.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + bytes((0x88, 2)) + (4429).to_bytes(2))
    line.connection_lost(None)
    assert await line.ended == 4429


async def test_a_line_that_breaks_has_no_close_code():
    line = SocketLine(b"upgrade", lambda text, at: None)
    line.connection_made(Transport())
    line.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    line.connection_lost(None)
    assert await line.ended == 0


def test_a_short_text_becomes_one_masked_frame_and_a_long_one_is_refused():
    assert text_frame(SHORT) == bytes((0x81, 0x80 | 125, 0, 0, 0, 0)) + SHORT
    with pytest.raises(ValueError, match="longer text"):
        text_frame(LONG)
