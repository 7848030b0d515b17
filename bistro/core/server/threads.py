"""Django's synchronous handler in a fixed pool of threads inside the ASGI process (ADR 0006).

Django's own ASGI handler starts a thread per request and switches threads for every synchronous middleware, which costs
more than the work itself. Here a request stays in one thread, and a thread keeps its database connection. Sockets stay
asynchronous.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from bistro.core.kernel.asgi import Message, Receive, Send
from bistro.core.kernel.security_headers import security_headers
from bistro.core.live.hub import open_current_hub
from bistro.core.server.error_views import problem_answer
from bistro.core.speed.deep_calls import with_room

Header = tuple[bytes, bytes]


class DjangoInThreads(BaseHandler):
    """An ASGI application for HTTP.

    ConcurrencyLimiter in front of it admits no more requests than there are threads.
    """

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(settings.ADMISSION_IN_FLIGHT, thread_name_prefix="django")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        open_current_hub()
        body = await _whole_body(receive)
        if body is None:
            return  # the client disconnected before the end of its request
        loop = asyncio.get_running_loop()
        status, headers, content = await loop.run_in_executor(self._threads, self._answer, scope, body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    @with_room
    def _answer(self, scope: Message, body: bytes) -> tuple[int, list[Header], bytes]:
        """Process one request from start to end in a thread of the pool."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        response = self._respond(scope, body)
        try:
            streaming: Any = response
            content = b"".join(streaming) if scope["method"] != "HEAD" else b""
            return response.status_code, _headers(response), content
        finally:
            response.close()  # sends request_finished, which closes an old database connection

    def _respond(self, scope: Message, body: bytes) -> HttpResponseBase:
        try:
            request = ASGIRequest(scope, BytesIO(body))
        except UnicodeDecodeError:
            return _refused(400, "This request makes no sense.", "parse_error")
        except RequestDataTooBig:
            return _refused(413, "The body is too large.", "body_too_large")
        response: HttpResponseBase = self.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        return response


async def _whole_body(receive: Receive) -> bytes | None:
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def _refused(status: int, detail: str, code: str) -> HttpResponseBase:
    """Return a refusal that no middleware sees, with the headers of every answer."""
    response = problem_answer(status, detail, code)
    for name, value in security_headers():
        response[name] = value
    return response


def _headers(response: HttpResponseBase) -> list[Header]:
    headers = [(name.encode("ascii"), value.encode("latin1")) for name, value in response.items()]
    cookies = [cookie.output(header="").strip().encode("ascii") for cookie in response.cookies.values()]
    return headers + [(b"Set-Cookie", cookie) for cookie in cookies]
