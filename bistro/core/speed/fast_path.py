"""The express door: frequent calls answered on the event loop, without Django's request cycle.

An express call only ever says yes. It takes a request that is plainly right, and leaves everything else (another
kind of credential, an odd header, a refusal) to the ordinary door behind it, which explains. So every rule and every
message stands in one place; here is only the shortest way for what happens all evening. docs/adr/0009-express-door.md.
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

from bistro.core.database.errors import DATABASE_IS_BUSY
from bistro.core.kernel.asgi import App, Message, Receive, Send, refuse, replay
from bistro.core.kernel.errors import Overloaded

log = logging.getLogger(__name__)
Header = tuple[bytes, bytes]

_seconds = Histogram("bistro_fast_path_seconds", "From the whole request to the answer of an express call", ["path"])
_passed_on = Counter("bistro_fast_path_passed_on", "Requests that express calls left to the ordinary door", ["path"])

JSON = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
# Browsers of other sites, cookies and compressed bodies have rules of their own, which the ordinary door knows.
UNSUPPORTED_HEADERS = frozenset({b"origin", b"cookie", b"content-encoding", b"access-control-request-method"})
PER_RESPONSE_HEADERS = frozenset({"content-type", "content-length", "allow", "vary"})


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """A plain request: JSON from a program. Header names are lower case, and each came once."""

    headers: Mapping[bytes, bytes]
    body: bytes


@dataclass(frozen=True, slots=True)
class PlainResponse:
    """What goes back: JSON text, and the headers that are this answer's own."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


class FastHandler(Protocol):
    """One express call. It runs on the event loop: nothing in it may block."""

    async def __call__(self, asked: PlainRequest) -> PlainResponse | None:
        """The answer, or None to leave the request to the ordinary door. Raises Overloaded."""
        ...


class FastPath:
    """An ASGI application for HTTP: `POST` to the paths of `calls`, everything else to `otherwise`.

    `limit` wraps each endpoint with a concurrency limit of its own: a waiting coroutine costs next to nothing.
    `on_request` runs first on the event loop, so that other processes learn of what the request commits.
    """

    def __init__(
        self,
        calls: Mapping[str, FastHandler],
        otherwise: App,
        *,
        limit: Callable[[App], App],
        on_request: Callable[[], None],
    ) -> None:
        self.otherwise = otherwise
        self.shared = _SharedHeaders()
        self.endpoints = {
            path: limit(_FastEndpoint(path, call, otherwise, self.shared, on_request)) for path, call in calls.items()
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        endpoint = self.endpoints.get(scope["path"]) if scope["method"] == "POST" else None
        await (endpoint or self.otherwise)(scope, receive, send)


class _SharedHeaders:
    """What every answer carries besides its own. Learnt in a thread when the first request comes: loading all of
    Django's addresses takes a second, in which a process that has just started could already serve its sockets."""

    def __init__(self) -> None:
        self._headers: tuple[Header, ...] | None = None
        self._asked = False

    def learn(self) -> None:
        """Now, in this thread."""
        self._headers = shared_headers()

    def here(self) -> tuple[Header, ...] | None:
        """None until they are learnt: the ordinary door answers so long."""
        if not self._asked:
            self._asked = True
            asyncio.get_running_loop().run_in_executor(None, self.learn)
        return self._headers


class _FastEndpoint:
    """One call, behind admission: the body is here already, and small."""

    def __init__(
        self, path: str, call: FastHandler, otherwise: App, shared: _SharedHeaders, on_request: Callable[[], None]
    ) -> None:
        self.call, self.otherwise, self.shared, self.on_request = call, otherwise, shared, on_request
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
            await _come_again(send, error)
        except DATABASE_IS_BUSY as error:
            log.warning("the database does not serve an express call", extra={"error": repr(error)})
            await _come_again(send, Overloaded("The order desk is busy. Try again in a moment."))
        except Exception:  # as Django does: the log knows, the caller learns nothing of it
            log.exception("an express call failed")
            await refuse(send, 500, "Something went wrong on the server. Try again in a moment.", "server_error", [])
        else:
            if answer is None:
                self.passed_on.inc()
                await self.otherwise(scope, replay(messages, receive), send)
                return
            await self._send(answer, send)
            self.seconds.observe(perf_counter() - began)

    async def _answer(self, scope: Message, messages: list[Message]) -> PlainResponse | None:
        headers = plain_headers(scope)
        if headers is None or self.shared.here() is None:
            return None
        return await self.call(PlainRequest(headers, b"".join(message.get("body", b"") for message in messages)))

    async def _send(self, answer: PlainResponse, send: Send) -> None:
        own = [(b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(answer.body))]
        headers = [*own, *answer.headers, *(self.shared.here() or ())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


async def _come_again(send: Send, error: Overloaded) -> None:
    wait = (b"retry-after", str(error.retry_after).encode())
    await refuse(send, error.status, error.message, error.code, [wait])


def plain_headers(scope: Message) -> dict[bytes, bytes] | None:
    """The headers of a request that needs no more than its token, else None."""
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
    """As the proxy says, where there is one that is believed."""
    return settings.SECURE_PROXY_SSL_HEADER is not None and headers.get(b"x-forwarded-proto") == b"https"


def shared_headers() -> tuple[Header, ...]:
    """What the middleware puts on every answer of the API, taken from one that passed through all of it."""
    handler = BaseHandler()
    handler.load_middleware(is_async=False)
    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    headers = [(b"host", host.encode())] + ([(b"x-forwarded-proto", b"https")] if settings.HTTPS else [])
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    response = handler.get_response(ASGIRequest({**scope, "client": ("127.0.0.1", 0)}, BytesIO(b"")))
    pairs = [(name, value) for name, value in response.items() if name.lower() not in PER_RESPONSE_HEADERS]
    return (b"Vary", b"origin"), *((name.encode("ascii"), value.encode("latin-1")) for name, value in pairs)
