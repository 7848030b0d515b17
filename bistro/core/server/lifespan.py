"""ASGI's lifespan: the server tells when it has answered everything and is about to end."""

import asyncio
from collections.abc import Callable

from bistro.core.kernel.asgi import Message, Receive, Send


class Lifespan:
    """An ASGI application for the lifespan of a server that supports it (uvicorn). It calls `close` at the end."""

    def __init__(self, close: Callable[[], object]) -> None:
        self.close = close

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Confirm the start, then close the database once the server asks for it."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self.close)
                await send({"type": "lifespan.shutdown.complete"})
                return
