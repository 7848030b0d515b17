"""The screens of the room, and their comparison with the database: the floor plan, and the host's guests and bookings.

The floor plan applies the frames of its socket. The host's program hears `/realtime` and asks `sync` for what it
missed, as QTable's clients do. Both are compared in calm, while the players pause.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aiohttp

from harness.installation import Installation
from harness.load_clients import Token, log_in
from harness.screens import Rules, Screen, when_all
from harness.stored_orders import Head
from tools.simulator.client import Client
from tools.simulator.evening.houses import House

EACH = 4  # screens of each kind
SETTLE = 20.0  # seconds in calm after which a screen that differs is wrong
HERE = ("waiting", "seated")
_TABLE = re.compile(r'<g id="table-(\d+)" class="tbl"\s+data-state="(\w+)"')
OCCUPIED = "SELECT table_id FROM tables_occupancy WHERE until IS NULL AND restaurant_id = {}"
GUESTS = """SELECT p.uid, p.status, t.uid FROM tables_party p LEFT JOIN tables_table t ON t.id = p.table_id
    WHERE p.status IN ('waiting', 'seated') AND p.restaurant_id = {}"""
BOOKINGS = "SELECT uid, status FROM bookings_booking WHERE restaurant_id = {}"


class FloorPlan(Screen):
    """The socket `/ws/floor/`: the state of each table as it stands in the fragments of the page."""

    path = "/ws/floor/"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tables: dict[int, str] = {}

    def fold(self, message: dict[str, Any]) -> bool:
        snapshot: bool = message["kind"] == "snapshot"
        if snapshot:
            self.tables = {}
        self.tables |= {int(table): state for table, state in _TABLE.findall(message["html"])}
        return snapshot

    def must_show(self, head: Head) -> int:
        return head.placed

    def differs(self, room: "RoomState") -> bool:
        """Return whether the plan shows another state of a table than the database, or guests at another one."""
        taken = {table for table, state in self.tables.items() if state != "free"}
        return self.tables != room.states or taken != room.occupied


class HostStand(Screen):
    """The socket `/realtime` of a host: who waits or sits where, and every booking, with `sync` after each break."""

    path = "/realtime"

    def __init__(self, *args: Any, room: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room = room
        self.guests: dict[str, tuple[str, str | None]] = {}
        self.bookings: dict[str, str] = {}

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Ask for what was missed, while the socket keeps what happens meanwhile; then hear."""
        if self.seq is None or self.rules.catch_up:
            await self._sync()
        await super()._hear(socket)

    async def _sync(self) -> None:
        headers, since = {"Authorization": self.authorization}, self.seq or 0
        async with self.session.get(f"{self.url}{self.room}/sync", params={"since": since}, headers=headers) as answer:
            answer.raise_for_status()
            found = await answer.json()
        if "snapshot" in found:
            rows, self.guests = found["snapshot"], {}
            self.bookings = {row["id"]: row["status"] for row in rows["reservations"]}
            for guest in rows["guests"]:
                self._note_guest(guest)
        for message in found.get("events", ()):
            self._note(message)
        self.seq, self.epoch = found["seq"], found["epoch"]

    def take(self, message: dict[str, Any]) -> None:
        """Process a message; one that `sync` has brought already is left out."""
        if message["type"] != "heartbeat" and self.seq is not None and message["seq"] <= self.seq:
            return
        super().take(message)

    def fold(self, message: dict[str, Any]) -> bool:
        self._note(message)
        return False

    def _note(self, message: dict[str, Any]) -> None:
        kind, _, what = message["type"].partition("_")
        if kind == "guest":
            self._note_guest(message["data"] | ({"status": "left"} if what == "deleted" else {}))
        elif kind == "reservation":
            self.bookings[message["data"]["id"]] = message["data"]["status"]
        for change in message["data"].get("changes", ()) if message["type"] == "atomic_transaction_complete" else ():
            self._note(change)

    def _note_guest(self, guest: dict[str, Any]) -> None:
        if guest["status"] in HERE:
            self.guests[guest["id"]] = (guest["status"], guest["tableId"])
        else:
            self.guests.pop(guest["id"], None)

    def must_show(self, head: Head) -> int:
        return head.last

    def differs(self, room: "RoomState") -> bool:
        """Return whether the host sees other guests, other tables of theirs or other bookings than the database."""
        return self.guests != room.guests or self.bookings != room.bookings


class RoomState:
    """The room in the database: read with SQL, and the states of the tables with the API."""

    def __init__(self, here: Installation, restaurant_id: int, states: dict[int, str]) -> None:
        def rows(sql: str) -> list[tuple[Any, ...]]:
            return here.log.rows(sql.format(restaurant_id))

        self.states = states
        self.occupied = {table for (table,) in rows(OCCUPIED)}
        self.guests = {_uid(uid): (status, table and _uid(table)) for uid, status, table in rows(GUESTS)}
        self.bookings = {_uid(uid): status for uid, status in rows(BOOKINGS)}


def _uid(stored: Any) -> str:
    """Return a UUID as the API writes it; SQLite stores it without hyphens."""
    return str(UUID(str(stored)))


class RoomScreens:
    """The screens of the room of one house, with the number of comparisons and of screens that differed."""

    def __init__(
        self, here: Installation, client: Client, house: House, host: Token, screens: Sequence[FloorPlan | HostStand]
    ) -> None:
        self.here, self.client, self.house, self.host, self.screens = here, client, house, host, screens
        self.looks = self.wrong = 0

    async def compare(self, patience: float = SETTLE) -> None:
        """Compare each screen with the database until all are equal or the patience is over. Nobody acts meanwhile."""
        differing = len(self.screens)
        until = asyncio.get_running_loop().time() + patience
        while differing and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.25)
            room = await self._room()
            differing = sum(not screen.live or screen.differs(room) for screen in self.screens)
        self.looks += 1
        self.wrong += differing

    async def _room(self) -> RoomState:
        answer = await self.client.get("/api/v1/tables", credential=self.host)
        assert answer.ok, answer.body
        states = {row["id"]: row["state"] for row in answer.body["results"]}
        return await asyncio.to_thread(RoomState, self.here, self.house.pk, states)


@asynccontextmanager
async def room_screens(here: Installation, client: Client, house: House, rules: Rules) -> AsyncIterator[RoomScreens]:
    """Connect floor plans and hosts, and wait until they show the room."""
    host = await log_in(client, here.who.login("host"))
    place = client.session, here.screens_line.url, host.authorization, rules, house.pk
    screens: list[FloorPlan | HostStand] = [FloorPlan(*place) for _ in range(EACH)]
    screens += [HostStand(*place, room=house.room) for _ in range(EACH)]
    tasks: Sequence[asyncio.Task[None]] = [asyncio.create_task(screen.watch()) for screen in screens]
    try:
        assert None not in await when_all(screens, lambda screen: screen.seq is not None, 30), "screens do not start"
        yield RoomScreens(here, client, house, host, screens)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
