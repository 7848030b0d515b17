"""Contenders: running systems that can be measured, watched and emptied."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from harness.database import close_everything
from harness.installation import Installation, Plan
from harness.servers import Server
from harness.wire import HttpLine, OnText, SocketLine, request, upgrade

PADS = 50
ITEMS = [{"name": "Burger", "quantity": 3}, {"name": "Ice Cream", "quantity": 1}]
TABLES = tuple(f"Table {number}" for number in range(1, PADS + 1))


@dataclass(frozen=True)
class Seat:
    """A source of orders: a table and the headers of its pad."""

    table: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Contender:
    """A system under load. Connections rotate among its ports, orders among its seats."""

    name: str
    ports: Sequence[int]
    seats: Sequence[Seat] = tuple(Seat(table) for table in TABLES)
    watcher: Mapping[str, str] = field(default_factory=dict)  # headers of its sockets
    pages: Mapping[str, bytes] = field(default_factory=dict)  # requests of the most used pages, by name
    servers: Sequence[Server] = ()
    database: str = ""  # the address of the product's database
    empty: Callable[[], None] = lambda: None  # closes every open order directly in the database

    def __post_init__(self) -> None:
        self._orders, self._lines = count(), count()
        self._run = secrets.token_hex(4)

    def order(self, nth: int | None = None) -> bytes:
        """Return the next order's request, each with a key of its own; `nth` selects the seat."""
        number = next(self._orders)
        seat = self.seats[(number if nth is None else nth) % len(self.seats)]
        body = json.dumps({"table": seat.table, "items": ITEMS}).encode()
        headers = {**seat.headers, "Idempotency-Key": f"{self._run}-{number}"}
        return request("POST", "/api/order", headers, body)

    async def connect(self, port: int | None = None) -> HttpLine:
        """Open a connection to the next process, or to the given port."""
        port = port or self.ports[next(self._lines) % len(self.ports)]
        return (await asyncio.get_running_loop().create_connection(HttpLine, "127.0.0.1", port))[1]

    async def watch(self, on_text: OnText) -> SocketLine:
        """Open a socket at the next process."""
        port = self.ports[next(self._lines) % len(self.ports)]
        asked = upgrade("/ws/orders", dict(self.watcher))
        loop = asyncio.get_running_loop()
        line = (await loop.create_connection(lambda: SocketLine(asked, on_text), "127.0.0.1", port))[1]
        await line.opened
        return line

    async def warm_up(self) -> None:
        """Place one order from every seat at every process; they stay open.

        A token's first request is slower.
        """
        for port in self.ports:
            line = await self.connect(port)
            for nth in range(len(self.seats)):
                answer = await line.ask(self.order(nth))
                assert answer.ok, f"{self.name} refuses orders: {answer.status} {answer.body[:300]!r}"
            line.close()

    async def begin_again(self) -> None:
        """Restore the same start for every run: no open orders but those of the warm-up."""
        await asyncio.to_thread(self.empty)
        await self.warm_up()

    def busy_seconds(self) -> float:
        """Return the processor time that its server processes have used, without the database."""
        return sum(server.busy_seconds() for server in self.servers)

    def resident_kib(self) -> int:
        """Return the memory of all its server processes."""
        return sum(resident_kib(pid) for server in self.servers for pid in server.family())


def resident_kib(pid: int) -> int:
    """Return the memory of one process."""
    fields = Path(f"/proc/{pid}/status").read_text().split()
    return int(fields[fields.index("VmRSS:") + 1])


@asynccontextmanager
async def product(plan: Plan) -> AsyncIterator[Contender]:
    """Set up this product as planned."""
    async with Installation(plan) as here:
        yield contender_of(here, "Bistro")


def contender_of(here: Installation, name: str) -> Contender:
    return Contender(
        name,
        ports=[worker.port for worker in here.workers],
        seats=[Seat(pad.table, {"Authorization": pad.authorization}) for pad in here.who.of_kind("pad")],
        watcher={"Authorization": here.who.one("integration").authorization},
        servers=here.workers,
        database=here.log.address,
        empty=lambda: close_everything(here.log.address),
    )
