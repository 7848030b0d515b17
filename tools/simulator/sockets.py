"""A socket that reconnects: it keeps the feed's epoch and position, and resumes from there after any break."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from time import perf_counter
from typing import Any

import aiohttp

from tools.simulator.client import Credential

SILENCE = 12.0
REPORT_EVERY = 0.1
LONGEST_PAUSE = 3.0
PROTOCOL = "bistro.v1"
OVER_A_LIMIT, REFUSED_SECONDS = (4408, 4429), 10.0  # close codes that ask for a pause


class Listener:
    """A live socket. Subclasses interpret messages in `receive`."""

    def __init__(self, session: aiohttp.ClientSession, url: str, path: str, credential: Credential) -> None:
        self.session = session
        self.address = url.replace("http", "ws", 1) + path
        self.credential = credential
        self.epoch: str | None = None
        self.seq: int | None = None
        self.connects = 0
        self.problem = ""
        self.refused = False
        self.ready = asyncio.Event()

    def receive(self, message: dict[str, Any], at: float) -> None:
        """Process one message."""
        raise NotImplementedError

    def displayed(self) -> int | None:
        """Return the position up to which the screen shows everything, or None for a client without a screen."""
        return None

    async def listen(self) -> None:
        """Stay connected until cancelled."""
        failures = 0
        while True:
            try:
                await self._one_connection()
                failures = 0
            except (aiohttp.ClientError, OSError, TimeoutError) as problem:
                self.problem = str(problem) or type(problem).__name__
                failures += 1
            if self.refused:  # over a limit of the server
                self.refused = False
                await asyncio.sleep(REFUSED_SECONDS)
            pause = min(LONGEST_PAUSE, 0.25 * 2 ** min(failures, 5))
            await asyncio.sleep(pause * (0.5 + random.random() / 2))  # nosec B311

    async def _one_connection(self) -> None:
        """Connect, send the position, and process messages until the socket closes or falls silent."""
        headers = {"Authorization": self.credential.authorization}
        async with self.session.ws_connect(
            self.address, protocols=(PROTOCOL,), headers=headers, max_msg_size=0, autoping=True
        ) as socket:
            self.connects += 1
            await socket.send_json({"hello": {"after": self.seq, "epoch": self.epoch}})
            reporter = asyncio.create_task(self._report(socket))
            try:
                await self._hear(socket)
            finally:
                reporter.cancel()

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Process messages; a heartbeat names the head of the feed, which is not the socket's own position."""
        while True:
            frame = await socket.receive(timeout=SILENCE)
            if frame.type is not aiohttp.WSMsgType.TEXT:
                self.problem = f"closed with {socket.close_code}"
                self.refused = socket.close_code in OVER_A_LIMIT
                return
            message = json.loads(frame.data)
            self.receive(message, perf_counter())
            if message.get("type") != "heartbeat":
                self.seq = message.get("seq", self.seq)
                self.epoch = message.get("epoch", self.epoch)
                self.ready.set()

    async def _report(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Report displayed tickets at most ten times a second."""
        reported: int | None = None
        while not socket.closed:
            await asyncio.sleep(REPORT_EVERY)
            if self.displayed() != reported:
                reported = self.displayed()
                with suppress(aiohttp.ClientError, ConnectionError):  # the listener notices the break itself
                    await socket.send_json({"seen": reported})
