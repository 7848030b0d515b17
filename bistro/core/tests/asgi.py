"""ASGI in tests: one HTTP request to an application, message by message."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from asgiref.testing import ApplicationCommunicator

from bistro.core.kernel.asgi import App
from bistro.core.live.hub import open_current_hub
from bistro.core.server.admission import ConcurrencyLimiter
from bistro.core.speed.fast_path import FastHandler, FastPath


def fast_path(handlers: Mapping[str, FastHandler], otherwise: App) -> FastPath:
    """Return the fast path as `bistro.asgi` puts it together."""
    limit = partial(ConcurrencyLimiter, slots="FAST_PATH_IN_FLIGHT")
    return FastPath(handlers, otherwise, limit=limit, on_request=open_current_hub)


def http_scope(path: str, method: str = "POST", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the scope that a server makes of a request with an allowed host."""
    named = {"host": "127.0.0.1", **(headers or {})}
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }


async def ask(app: Any, scope: dict[str, Any], *chunks: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return (status, headers, body) of one request whose body comes in these chunks."""
    length = (b"content-length", b"%d" % sum(map(len, chunks)))
    scope = scope | {"headers": [*scope["headers"], length]}
    wire = ApplicationCommunicator(app, scope)
    for place, chunk in enumerate(chunks or (b"",)):
        await wire.send_input({"type": "http.request", "body": chunk, "more_body": place < len(chunks) - 1})
    start, body = await wire.receive_output(10), await wire.receive_output(10)
    await wire.wait(10)
    return start["status"], dict(start["headers"]), body["body"]


async def read_body(receive: Any) -> bytes:
    """Read the messages that the application under test passes on, to the end."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body
