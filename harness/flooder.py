"""A hostile client in a process of its own: sockets of one pad that send hellos with changing positions.

It reads its order as JSON from the standard input, and prints what happened to its sockets.
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp

from harness.screens import PROTOCOL

BEHIND = 900  # events; more than the recent frames, and few enough for a read of the log
COME_BACK_SECONDS = 0.1
REFUSED = 4429  # the close code
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Order:
    """The address and credential of the flood, and its size."""

    url: str
    authorization: str
    epoch: str
    head: int
    seconds: float
    refusals: int = 0  # the flood goes on until so many sockets were refused, for a minute at most
    sockets: int = 150
    hellos_a_second: int = 15


@dataclass
class Fate:
    """The outcome of the sockets of the flood."""

    most_served: int = 0  # sockets at once
    hellos: int = 0
    codes: Counter[int] = field(default_factory=Counter)  # close codes

    @property
    def refused(self) -> int:
        """Return how many sockets were closed because their credential holds too many, or says too much."""
        return self.codes[REFUSED]


class Flooder:
    """The sockets of one pad, which return whenever they are closed."""

    def __init__(self, order: Order) -> None:
        self.order, self.fate = order, Fate()
        self._served = 0
        self._refused_enough = asyncio.Event()
        self._note_refusals()

    async def run(self) -> Fate:
        """Keep all sockets open for the ordered time, and longer while too few were refused."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            insisting = [asyncio.create_task(self._insist(session)) for _ in range(self.order.sockets)]
            await asyncio.sleep(self.order.seconds)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._refused_enough.wait(), LONGEST_SECONDS)
            for task in insisting:
                task.cancel()
            await asyncio.gather(*insisting, return_exceptions=True)
        return self.fate

    async def _insist(self, session: aiohttp.ClientSession) -> None:
        while True:
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._once(session)
            await asyncio.sleep(COME_BACK_SECONDS)

    async def _once(self, session: aiohttp.ClientSession) -> None:
        headers = {"Authorization": self.order.authorization}
        url = self.order.url + "/ws/orders"
        async with session.ws_connect(url, protocols=(PROTOCOL,), headers=headers, max_msg_size=0) as socket:
            speaking = asyncio.create_task(self._speak(socket))
            served = 0
            try:
                while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                    self._served += 1 - served
                    served = 1
                    self.fate.most_served = max(self.fate.most_served, self._served)
            finally:
                self._served -= served
                speaking.cancel()
            self.fate.codes[socket.close_code or 0] += 1
            self._note_refusals()

    def _note_refusals(self) -> None:
        if self.fate.refused >= self.order.refusals:
            self._refused_enough.set()

    async def _speak(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Name another position in each hello, so that none shares the read of another."""
        order = self.order
        with suppress(aiohttp.ClientError, OSError):
            while True:
                after = order.head - random.randrange(min(BEHIND, order.head))
                await socket.send_json({"hello": {"after": after, "epoch": order.epoch}})
                self.fate.hellos += 1
                await asyncio.sleep(1 / order.hellos_a_second)


async def send_flood(order: Order) -> Fate:
    """Run a flood in another process, which yields the processor to the server, as a computer elsewhere would."""
    flooder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "harness.flooder"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        answer, _ = await flooder.communicate(json.dumps(asdict(order)).encode())
    finally:
        if flooder.returncode is None:
            flooder.kill()
    found = json.loads(answer)
    return Fate(found["most_served"], found["hellos"], Counter({int(code): n for code, n in found["codes"].items()}))


def yield_processor() -> None:
    """Give this process the least processor time.

    Linux may group processes by session (sched_autogroup), and niceness then counts only within a group.
    """
    os.nice(19)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text("19")


if __name__ == "__main__":
    yield_processor()
    sys.stdout.write(json.dumps(vars(asyncio.run(Flooder(Order(**json.load(sys.stdin))).run()))))
