"""The consumer for unknown socket paths, which closes the socket instead of crashing."""

from channels.generic.websocket import AsyncWebsocketConsumer


class NoSuchSocket(AsyncWebsocketConsumer):
    """A socket at an unknown path."""

    channel_layer_alias = "none: sockets hang on the hub"

    async def connect(self) -> None:
        await self.close(4404)
