"""Types and small helpers of the ASGI protocol, for code that answers requests without Django."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected

from bistro.core.kernel.problems import PROBLEM_TYPE, problem
from bistro.core.kernel.security_headers import security_headers

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

# Our extension of ASGI, which both servers understand (bistro.core.server): the application asks for a ping and is told
# of its pong, or asks that the client is not read any more.
PING, PONG, STOP_READING = "websocket.ping", "websocket.pong", "websocket.stop_reading"
# uvicorn writes to uvloop's transport without asking whether it is open, and closes a socket that answers no ping.
_HANG_UPS = ("the handler is closed", "after sending 'websocket.close'")
PING_PAYLOAD = b"bistro"  # tells our own pongs from those of a server's regular pings


def is_hang_up(error: BaseException) -> bool:
    """Return whether the error of a `send` says that the connection was closed by the client."""
    if isinstance(error, ClientDisconnected):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _HANG_UPS)


def replay(messages: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that replays buffered messages, then delegates to the original."""
    queue = iter(messages)

    async def next_message() -> Message:
        for message in queue:
            return message
        return await receive()

    return next_message


def refusal(status: int, detail: str, code: str) -> tuple[list[Header], bytes]:
    """Return headers and body of a problem document, with the security headers of every answer."""
    body = json.dumps(problem(status, detail, code)).encode()
    own = {"content-type": PROBLEM_TYPE, "content-length": str(len(body)), "cache-control": "no-store"}
    pairs = (*own.items(), *security_headers())
    return [(name.lower().encode(), value.encode()) for name, value in pairs], body


async def refuse(send: Send, status: int, detail: str, code: str, headers: list[Header]) -> None:
    """Send a problem document as the whole response, without Django."""
    own, body = refusal(status, detail, code)
    await send({"type": "http.response.start", "status": status, "headers": own + headers})
    await send({"type": "http.response.body", "body": body})
