"""The base class of sockets that count for a credential: access check, caps, refusal, pings and disconnection."""

import asyncio
import contextlib
from typing import Any, ClassVar

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.asgi import PING, STOP_READING
from bistro.core.kernel.roles import Permission
from bistro.core.live.allowances import Allowances
from bistro.core.live.caps import Owner
from bistro.core.live.credentials import Credential, credential_of
from bistro.core.live.frames import View
from bistro.core.live.hub import AudienceFeed, Hub, current_hub
from bistro.core.live.threads import in_thread

PROTOCOL = "bistro.v1"
# Private codes, because Daphne does not send the standard ones (1011, 1012) and would leave the socket open.
NOT_AUTHENTICATED, FORBIDDEN, TOO_CHATTY, TOO_MANY, INTERNAL_ERROR, RECONNECT = 4401, 4403, 4408, 4429, 4500, 4503
CLOSE_SECONDS = 1.0  # a dead client may keep the server from sending even the close frame


class GuardedConsumer(AsyncWebsocketConsumer):
    """A socket that is admitted by its credential and within its caps. `begin` starts its work.

    Every socket declares the `permission` that it requires; with None each credential may open it. `speaks_first`
    sockets get a snapshot at once if the client does not use our subprotocol.
    """

    channel_layer_alias = "none: sockets hang on the hub"
    permission: ClassVar[Permission | None]
    speaks_first: ClassVar[bool] = False

    credential: Credential
    actor: Actor
    view: View
    audience: AudienceFeed
    hub: Hub
    owner: Owner
    allowances: Allowances

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counted = self.joined = self.ended = False
        self.wakeup = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.heard = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket and always leave the hub at its end, also after an error or a cancellation."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the handler without Channels' check of database connections before each message.

        The check runs in a thread that sockets do not use; `in_thread` looks after its own connections.
        """
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"No handler for message type {message['type']}")
        await handler(message)

    def make_view(self) -> View | None:
        """Return the view of this socket, or None if the actor may not watch it. Runs in a thread and may query.

        The actor has the permission and a restaurant.
        """
        raise NotImplementedError

    def begin(self) -> None:
        """Start the tasks of a socket that was admitted and has joined the hub."""
        raise NotImplementedError

    async def connect(self) -> None:
        """Check the credential, the caps and the view, then join the hub."""
        self.structured = PROTOCOL in self.scope.get("subprotocols", [])
        self.hub = current_hub()
        credential, view = await in_thread(self._admit)
        await self.accept(PROTOCOL if self.structured else None)
        if credential is None:
            await self._end(NOT_AUTHENTICATED)
        elif not await self._count():
            await self._refuse()
        elif view is None:
            await self._end(FORBIDDEN)
        else:
            await self._join(view)

    def _admit(self) -> tuple[Credential | None, View | None]:
        """Return credential and view, read with one connection, because hundreds of screens reconnect at once."""
        credential = credential_of(self.scope)
        if credential is None or credential.actor.restaurant_id is None:
            return None, None
        self.credential, self.actor = credential, credential.actor
        permitted = self.permission is None or self.actor.may(self.permission)
        return credential, self.make_view() if permitted else None

    async def _count(self) -> bool:
        """Count the socket for its credential. Return False over a cap."""
        self.owner = Owner.of(self.actor, self.scope)
        self.allowances = self.hub.caps.allowances(self.owner)
        self.counted = await self.hub.caps.enter(self, self.owner)
        return self.counted

    async def _refuse(self) -> None:
        """Close a socket over a cap. A client that keeps coming is held without being read, which costs nothing."""
        delay = self.hub.caps.refusal_delay(self.owner)
        if delay:
            await self.base_send({"type": STOP_READING})
            await asyncio.sleep(delay)
        await self._end(TOO_MANY)

    async def _join(self, view: View) -> None:
        self.view = view
        self.audience = await self.hub.join(view, self.wakeup)
        self.joined = True
        if self.ended:  # closed as dead meanwhile
            self._leave()
        else:
            self.begin()

    async def _end(self, code: int) -> None:
        """Close the socket once. Nothing is sent afterwards."""
        if not self.ended:
            self.ended = True
            self._leave()
            await self.close(code)

    def _leave(self) -> None:
        """Cancel the socket's tasks and leave the hub and the caps."""
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        if self.joined:
            self.joined = False
            self.hub.leave(self.audience, self.wakeup)
        if self.counted:
            self.counted = False
            self.hub.caps.leave(self, self.owner)

    async def answers(self, seconds: float) -> bool:
        """Ping the client and return whether it answered in time. Any message is an answer."""
        self.heard.clear()
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(seconds):
                await self.base_send({"type": PING})
                await self.heard.wait()
                return True
        return False

    async def websocket_pong(self, message: dict[str, Any]) -> None:
        """Note the client's answer to our ping."""
        self.heard.set()

    async def close_dead(self) -> None:
        """Close a socket whose client does not answer, in favour of a new one of the same credential."""
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._end(RECONNECT)
