"""uvicorn's sockets with our extension of ASGI. `deploy/serve` names the class."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import OPEN

from bistro.core.kernel.asgi import PING, PING_PAYLOAD, PONG, STOP_READING

IGNORED_CLOSE_SECONDS = 1.0  # until the connection ends, because the client's answer to the close frame is not read


class PingableSocket(WebSocketsSansIOProtocol):
    """A WebSocket that the application can ping and ignore.

    uvicorn does not read a client while a message waits for the application; what comes later is not parsed.
    """

    _is_ignored = False

    async def send(self, message: Any) -> None:
        """Carry out the application's message, also those of our extension."""
        if message["type"] == PING:
            self._ping()
        elif message["type"] == STOP_READING:
            self._is_ignored = True
            self.close_timeout = IGNORED_CLOSE_SECONDS
        else:
            await super().send(message)

    def _ping(self) -> None:
        if self.conn.state is OPEN and not self.transport.is_closing():
            self.conn.send_ping(PING_PAYLOAD)
            self.transport.write(b"".join(self.conn.data_to_send()))

    def data_received(self, data: bytes) -> None:
        """Parse nothing of what an ignored client sends."""
        if not self._is_ignored:
            super().data_received(data)

    def handle_pong(self, event: Frame) -> None:
        """Tell the application of the answer to its ping; the others belong to uvicorn."""
        if bytes(event.data) == PING_PAYLOAD:
            self.queue.put_nowait({"type": PONG})  # type: ignore[arg-type, misc]  # our extension
        else:
            super().handle_pong(event)
