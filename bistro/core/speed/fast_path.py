"""The fast path: frequent requests answered on the event loop, without Django's request cycle (docs/speed.md).

The fast path answers successes only. Everything else, such as another kind of credential, an unusual header or a
refusal, falls through to the normal view. Rules and messages therefore exist once, in the normal view.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from time import perf_counter
from typing import Protocol

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.http.request import split_domain_port, validate_host
from prometheus_client import Counter, Histogram

from bistro.core.database.errors import storage_refusal
from bistro.core.kernel.asgi import App, Message, Receive, Send, refuse, replay
from bistro.core.kernel.errors import Overloaded

log = logging.getLogger(__name__)
Header = tuple[bytes, bytes]

_seconds = Histogram("bistro_fast_path_seconds", "Seconds to answer a request on the fast path", ["path"])
_passed_on = Counter("bistro_fast_path_passed_on", "Requests that fell through to the normal view", ["path"])

JSON = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
# Cross-origin requests, cookies and compressed bodies have rules that only the normal view implements.
UNSUPPORTED_HEADERS = frozenset({b"origin", b"cookie", b"content-encoding", b"access-control-request-method"})
PER_RESPONSE_HEADERS = frozenset({"content-type", "content-length", "allow", "vary"})


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """A JSON request of a program. Header names are lower case, and no header is repeated."""

    headers: Mapping[bytes, bytes]
    body: bytes


@dataclass(frozen=True, slots=True)
class PlainResponse:
    """A JSON response with the headers of this response only; shared headers are added later."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


class FastHandler(Protocol):
    """A handler of one path. It runs on the event loop and must not block."""

    async def __call__(self, request: PlainRequest, /) -> PlainResponse | None:
        """Return the response, or None to fall through to the normal view. Raises Overloaded."""
        ...


class FastPath:
    """An ASGI application that serves `POST` to the paths of `handlers` and passes other requests to `otherwise`.

    `limit` wraps each endpoint with a concurrency limiter of its own: a waiting coroutine costs next to nothing.
    `on_request` runs first on the event loop, so that other processes learn of the request's commit.
    """

    def __init__(
        self,
        handlers: Mapping[str, FastHandler],
        otherwise: App,
        *,
        limit: Callable[[App], App],
        on_request: Callable[[], None],
    ) -> None:
        self.otherwise = otherwise
        self.shared = _SharedHeaders()
        self.endpoints = {
            path: limit(_FastEndpoint(path, handler, otherwise, self.shared, on_request))
            for path, handler in handlers.items()
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        endpoint = self.endpoints.get(scope["path"]) if scope["method"] == "POST" else None
        await (endpoint or self.otherwise)(scope, receive, send)


class _SharedHeaders:
    """Headers that every response of the API carries.

    They are computed in a thread when the first request comes, because loading all URLs takes a second in which the
    process can already serve sockets.
    """

    def __init__(self) -> None:
        self._headers: tuple[Header, ...] | None = None
        self._started = False

    def compute(self) -> None:
        """Compute the shared headers synchronously (blocks; not on the event loop)."""
        self._headers = shared_headers()

    def get(self) -> tuple[Header, ...] | None:
        """Return the headers, or None until they are computed; the normal view answers until then."""
        if not self._started:
            self._started = True
            asyncio.get_running_loop().run_in_executor(None, self.compute)
        return self._headers


class _FastEndpoint:
    """The endpoint of one path, behind the concurrency limiter, which has already buffered and bounded the body."""

    def __init__(
        self, path: str, handler: FastHandler, otherwise: App, shared: _SharedHeaders, on_request: Callable[[], None]
    ) -> None:
        self.path, self.handler, self.otherwise = path, handler, otherwise
        self.shared, self.on_request = shared, on_request
        self.seconds, self.passed_on = _seconds.labels(path), _passed_on.labels(path)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        began = perf_counter()
        self.on_request()
        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        try:
            answer = await self._answer(scope, messages)
        except Overloaded as error:
            await _refuse_overload(send, error)
        except Exception as error:
            await self._refuse(error, send)
        else:
            if answer is None:
                self.passed_on.inc()
                await self.otherwise(scope, replay(messages, receive), send)
                return
            await self._send(answer, send)
            self.seconds.observe(perf_counter() - began)

    async def _answer(self, scope: Message, messages: list[Message]) -> PlainResponse | None:
        headers = plain_headers(scope)
        if headers is None or self.shared.get() is None:
            return None
        return await self.handler(PlainRequest(headers, b"".join(message.get("body", b"") for message in messages)))

    async def _refuse(self, error: Exception, send: Send) -> None:
        """Answer 503 for a database or disk that cannot serve now, else 500. As in Django, details are only logged."""
        if (refusal := storage_refusal(error)) is not None:
            log.warning("storage unavailable on the fast path", extra={"error": repr(error)})
            await _refuse_overload(send, refusal)
            return
        log.error("fast path handler failed", extra={"path": self.path}, exc_info=error)
        await refuse(send, 500, "Something went wrong on the server. Try again in a moment.", "server_error", [])

    async def _send(self, answer: PlainResponse, send: Send) -> None:
        own = [(b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(answer.body))]
        headers = [*own, *answer.headers, *(self.shared.get() or ())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


async def _refuse_overload(send: Send, error: Overloaded) -> None:
    wait = (b"retry-after", str(error.retry_after).encode())
    await refuse(send, error.status, error.message, error.code, [wait])


def plain_headers(scope: Message) -> dict[bytes, bytes] | None:
    """Return the headers of a request that the fast path can serve, else None."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    accepts = headers.get(b"accept", b"*/*")
    if (
        len(headers) != len(scope["headers"])
        or not UNSUPPORTED_HEADERS.isdisjoint(headers)
        or b"content-length" not in headers
        or headers.get(b"content-type", b"").lower() not in JSON
        or not (b"*/*" in accepts or b"application/json" in accepts)
        or scope["query_string"]
        or scope.get("root_path")
        or not _is_our_host(headers.get(b"host", b""), tuple(settings.ALLOWED_HOSTS))
        or (settings.HTTPS and not _came_by_https(headers))
    ):
        return None
    return headers


@lru_cache(maxsize=256)
def _is_our_host(host: bytes, allowed: tuple[str, ...]) -> bool:
    domain, _port = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, allowed)


def _came_by_https(headers: Mapping[bytes, bytes]) -> bool:
    """Return whether the trusted proxy says that the request came over HTTPS."""
    return settings.SECURE_PROXY_SSL_HEADER is not None and headers.get(b"x-forwarded-proto") == b"https"


def shared_headers() -> tuple[Header, ...]:
    """Return the headers that the middleware adds to every API response, taken from one such response."""
    handler = BaseHandler()
    handler.load_middleware(is_async=False)
    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    headers = [(b"host", host.encode())] + ([(b"x-forwarded-proto", b"https")] if settings.HTTPS else [])
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    response = handler.get_response(ASGIRequest({**scope, "client": ("127.0.0.1", 0)}, BytesIO(b"")))
    pairs = [(name, value) for name, value in response.items() if name.lower() not in PER_RESPONSE_HEADERS]
    return (b"Vary", b"origin"), *((name.encode("ascii"), value.encode("latin-1")) for name, value in pairs)
