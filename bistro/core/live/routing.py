"""Sockets outside HTTP's reach: an unknown path is closed, not crashed."""

from channels.generic.websocket import AsyncWebsocketConsumer


class NoSuchSocket(AsyncWebsocketConsumer):
    """Nothing to audience here."""

    channel_layer_alias = "none: sockets hang on the hub"

    async def connect(self) -> None:
        await self.close(4404)
