"""Types and small helpers of the ASGI protocol, for code that answers requests without Django."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected

from bistro.core.kernel.problems import PROBLEM_TYPE, problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# Our extension of ASGI, which both servers understand (bistro.core.server): the application asks for a ping and is told
# of its pong, or asks that the client is not read any more.
PING, PONG, STOP_READING = "websocket.ping", "websocket.pong", "websocket.stop_reading"
_UVLOOP_CLOSED = "the handler is closed"  # uvicorn writes to uvloop's transport without asking whether it is open
PING_PAYLOAD = b"bistro"  # tells our own pongs from those of a server's regular pings


def is_hang_up(error: BaseException) -> bool:
    """Return whether the error of a `send` says that the connection was closed by the client."""
    return isinstance(error, ClientDisconnected) or (isinstance(error, RuntimeError) and _UVLOOP_CLOSED in str(error))


def replay(messages: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that replays buffered messages, then delegates to the original."""
    queue = iter(messages)

    async def next_message() -> Message:
        for message in queue:
            return message
        return await receive()

    return next_message


async def refuse(send: Send, status: int, detail: str, code: str, headers: list[tuple[bytes, bytes]]) -> None:
    """Send a problem document as the whole response, without Django."""
    body = json.dumps(problem(status, detail, code)).encode()
    own = [
        (b"content-type", PROBLEM_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": own + headers})
    await send({"type": "http.response.body", "body": body})
