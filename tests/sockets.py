"""Sockets in tests: a connection to the ASGI application, and database work in a thread beside the event loop."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Self

from channels.testing import WebsocketCommunicator

from bistro.asgi import application
from bistro.core.live import hub as hub_module
from bistro.core.live.guarded import PROTOCOL, GuardedConsumer
from bistro.core.live.threads import in_thread

_ROUTER = application.application_mapping["websocket"]
PATIENCE = 5  # seconds; reached only by a failing test or on a very busy machine


class Socket:
    """A WebSocket. `async with Socket("/ws/orders", "Device …") as socket:` connects and disconnects."""

    def __init__(self, path: str, authorization: str = "", *, protocols: tuple[str, ...] = (PROTOCOL,), **headers: str):
        if authorization:
            headers["authorization"] = authorization
        raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
        self.communicator = WebsocketCommunicator(application, path, headers=raw, subprotocols=list(protocols))
        self.accepted = False
        self.chosen: Any = None
        self.close_code: int | None = None

    async def __aenter__(self) -> Self:
        self.accepted, self.chosen = await self.communicator.connect(timeout=PATIENCE)
        return self

    async def __aexit__(self, *error: object) -> None:
        if not self.communicator.future.done():
            await self.communicator.disconnect(timeout=PATIENCE)

    async def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.communicator.send_to(text_data=text)

    async def hello(self, after: int | None = None, epoch: str | None = None) -> None:
        await self.say({"hello": {"after": after, "epoch": epoch}})

    async def hear(self, kind: str = "") -> dict[str, Any]:
        """Return the next message; with `kind`, the next of that type."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = json.loads(await self.communicator.receive_from(timeout=PATIENCE))
                if not kind or message["type"] == kind:
                    return message

    async def hear_but(self, *kinds: str) -> dict[str, Any]:
        """Return the next message of another type than these."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = json.loads(await self.communicator.receive_from(timeout=PATIENCE))
                if message["type"] not in kinds:
                    return message

    async def closed(self) -> int:
        """Wait until the server closes and return the code; earlier messages are dropped."""
        async with asyncio.timeout(PATIENCE):
            while True:
                output = await self.communicator.receive_output(timeout=PATIENCE)
                if output["type"] == "websocket.close":
                    return int(output.get("code", 1000))

    async def silent(self, seconds: float = 0.2) -> bool:
        """Return True if no message comes for a while."""
        return await self.communicator.receive_nothing(timeout=seconds, interval=0.01)


def routes() -> dict[str, type[Any]]:
    """Return {pattern: consumer} of every socket, from the routing."""
    return {str(route.pattern): route.callback.consumer_class for route in _ROUTER.routes}


def guarded_routes() -> dict[str, type[GuardedConsumer]]:
    """Return {pattern: consumer} of the sockets that need a credential."""
    return {pattern: consumer for pattern, consumer in routes().items() if issubclass(consumer, GuardedConsumer)}


def path_of(pattern: str, **ids: object) -> str:
    """Return a path that the pattern of a route matches, with these ids for its groups, else `all` or 1."""
    path = re.sub(r"\(\?P<(\w+)>([^)]*)\)", lambda group: str(ids.get(group[1], _sample(group[2]))), pattern)
    path = path.removeprefix("^").removesuffix("$").removesuffix("/?")
    assert re.search(pattern, path), f"no path for {pattern}"
    return f"/{path}"


def _sample(group: str) -> str:
    """Return a text that the inner part of a group matches."""
    return next(text for text in ("all", "1") if re.fullmatch(group, text))


async def refusal(path: str, authorization: str = "", **more: Any) -> int:
    """Return the code with which a handshake ends."""
    async with Socket(path, authorization, **more) as socket:
        assert socket.accepted  # a browser receives the code only after the socket was accepted
        return await socket.closed()


async def beside(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run database work of an async test in a thread, because Django refuses queries on the event loop."""
    return await in_thread(partial(function, *args, **kwargs))


async def eventually(check: Callable[[], Awaitable[Any] | Any], seconds: float = PATIENCE) -> Any:
    """Return the first true value of `check`, or its last value after the time limit."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        found = check()
        if asyncio.iscoroutine(found):
            found = await found
        if found or asyncio.get_running_loop().time() > end:
            return found
        await asyncio.sleep(0.01)


def share_readings_for(monkeypatch: Any, seconds: float) -> None:
    """Set the time for which equal requests share a snapshot or missed events; below zero they do not share."""
    for name in ("SHARED_SECONDS", "UNCHANGED_SECONDS"):
        monkeypatch.setattr(hub_module, name, seconds)
