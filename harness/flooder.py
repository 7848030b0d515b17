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
from urllib.parse import urlsplit

from harness.screens import PROTOCOL
from harness.wire import SocketLine, text_frame, upgrade

BEHIND = 900  # events; more than the recent frames, and few enough for a read of the log
COME_BACK_SECONDS = 0.1
REFUSED = 4429  # the close code
LONGEST_SECONDS = 60.0
SLICES = 10  # of the time between two hellos of a socket


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

    def add(self, other: "Fate") -> None:
        """Count the sockets of another flood, too."""
        self.most_served = max(self.most_served, other.most_served)
        self.hellos += other.hellos
        self.codes += other.codes


class Flooder:
    """The sockets of one pad, which return whenever they are closed.

    All frames are made before, because the flood shares the machine's processors with the server.
    """

    def __init__(self, order: Order) -> None:
        self.order, self.fate = order, Fate()
        address = urlsplit(order.url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._upgrade = upgrade(
            "/ws/orders", {"Authorization": order.authorization, "Sec-WebSocket-Protocol": PROTOCOL}
        )
        positions = range(max(0, order.head - BEHIND), order.head + 1)
        self._hellos = [_hello(position, order.epoch) for position in positions]
        self._open: set[SocketLine] = set()
        self._served = 0
        self._refused_enough = asyncio.Event()
        self._note_refusals()

    async def run(self) -> Fate:
        """Keep all sockets open for the ordered time, and longer while too few were refused."""
        tasks = [asyncio.create_task(self._insist()) for _ in range(self.order.sockets)]
        tasks.append(asyncio.create_task(self._speak()))
        await asyncio.sleep(self.order.seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._refused_enough.wait(), LONGEST_SECONDS)
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
        return self.fate

    async def _insist(self) -> None:
        while True:
            with suppress(OSError):
                await self._once()
            await asyncio.sleep(COME_BACK_SECONDS)

    async def _once(self) -> None:
        served = 0

        def note_served(_text: bytes, _at: float) -> None:
            nonlocal served
            self._served += 1 - served
            served = 1
            self.fate.most_served = max(self.fate.most_served, self._served)

        loop = asyncio.get_running_loop()
        _transport, line = await loop.create_connection(
            lambda: SocketLine(self._upgrade, note_served), self._host, self._port
        )
        try:
            await line.opened
            self._open.add(line)
            self.fate.codes[await line.ended] += 1
            self._note_refusals()
        finally:
            self._open.discard(line)
            self._served -= served
            line.close()

    def _note_refusals(self) -> None:
        if self.fate.refused >= self.order.refusals:
            self._refused_enough.set()

    async def _speak(self) -> None:
        """Name another position in each hello, so that none shares the read of another.

        The hellos of a second are spread over it. A socket whose last hello is not sent yet says no more.
        """
        pause = 1 / self.order.hellos_a_second / SLICES
        while True:
            for part in range(SLICES):
                for line in list(self._open)[part::SLICES]:
                    if not line.closed and not line.transport.get_write_buffer_size():
                        line.transport.write(random.choice(self._hellos))
                        self.fate.hellos += 1
                await asyncio.sleep(pause)


def _hello(after: int, epoch: str) -> bytes:
    return text_frame(json.dumps({"hello": {"after": after, "epoch": epoch}}).encode())


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
