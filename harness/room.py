"""A simulated evening of the whole room at real servers, while processes are killed and answers are cut off.

The players are those of `manage.py simulate --evening`; here they call over the network, and repeat what was not
answered. A minute of the evening is a part of a second, also between a booking and its end.
"""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from time import sleep
from typing import Any

from harness.callers import PATIENCE, Caller, Line
from harness.chaos import POSTGRES, REDIS, WORKER, Chaos, Recovery
from harness.checker import server_errors
from harness.evening import opened, watched
from harness.installation import Installation, Plan
from harness.open_state import log_in_waiters, settled, unequal
from harness.proxy import Faults
from harness.room_screens import SETTLE, room_screens
from harness.screens import Rules
from harness.servers import product_environment
from harness.service import ROOT
from tools.simulator.credentials import Credentials, Device, Login
from tools.simulator.evening.checks import check_end
from tools.simulator.evening.desk import Refused
from tools.simulator.evening.doors import ApiDoor, Booked
from tools.simulator.evening.hosting import Hosts
from tools.simulator.evening.houses import House
from tools.simulator.evening.ledgers import Ledger
from tools.simulator.evening.plans import Visit
from tools.simulator.evening.playing import Evening

SEED, SCREENS = 900, 8
PACE, BRISK = 0.3, 0.15  # seconds that a minute of the evening lasts; a part of the guests can be served faster
BEFORE = timedelta(seconds=20)  # the bookings are taken so long before the doors open
LOOKS, CALLS = 150, 750  # answers, about: to the checks of an evening, and to all its guests
TURN = 90  # minutes for which a table is booked
KEPT = 75.0  # minutes before a booking in which its table is given to nobody else
OTHER_TIMES = (0, 15, -15, 30, -30, 45, -45, 60, 75, 90)  # minutes beside the wanted time that guests accept
OVERLAPS = {
    "stays at one table at one time": """SELECT count(*) FROM tables_occupancy a JOIN tables_occupancy b
        ON a.table_id = b.table_id AND a.id < b.id WHERE (b.until IS NULL OR a.since < b.until)
        AND (a.until IS NULL OR b.since < a.until)""",
    "bookings of one table at one time": """SELECT count(*) FROM bookings_tablehold a JOIN bookings_tablehold b
        ON a.table_id = b.table_id AND a.id < b.id WHERE a.live AND b.live AND a.starts_at < b.ends_at
        AND b.starts_at < a.ends_at""",
}


class LiveDoor(ApiDoor):
    """The hosts through the API, in the shortened time."""

    evening: "LiveEvening"

    def book(self, visit: Visit, starts_at: datetime) -> Booked | None:
        """Take a booking by phone, at the nearest time that is free. Its time is the true one of the evening."""
        for minutes in OTHER_TIMES:
            starts = max(starts_at + timedelta(minutes=minutes), self.evening.doors)
            wish = {
                "guestName": visit.name,
                "partySize": visit.size,
                "startsAt": self.evening.real(starts).isoformat(),
                "endsAt": self.evening.real(starts + timedelta(minutes=TURN)).isoformat(),
            }
            try:
                row = self.host.post(f"{self.house.room}/reservations", wish)
            except Refused as refusal:
                if refusal.code != "slot_full":
                    raise
            else:
                return Booked(row["id"], starts, tuple(row["tableIds"]))
        return None


class LiveHosts(Hosts):
    """Hosts who see the tables that the API shows, and keep those whose guests will come soon."""

    evening: "LiveEvening"
    waiting_come_first = False  # so that there are more moves

    def _free(self, size: int) -> list[str]:
        if self._room is None:
            rows = self.house.hosts[0].get(f"{self.house.room}/tables")
            self._room = sorted((row for row in rows if row["status"] != "occupied"), key=lambda row: row["capacity"])
        kept = self.evening.kept()
        return [row["id"] for row in self._room if row["capacity"] >= size and row["id"] not in kept]


class LiveEvening(Evening):
    """An evening at real servers, whose minutes last `pace` seconds. `doors` is the instant at which it begins."""

    hosts_class, door_class = LiveHosts, LiveDoor

    def __init__(self, house: House, seed: int, every: int = 1) -> None:
        """Prepare an evening; only one of `every` so many parties comes, and then time passes faster."""
        super().__init__(house, datetime.now(UTC) + BEFORE, seed, None)
        assert isinstance(self.hosts, LiveHosts)
        assert isinstance(self.hosts.door, LiveDoor)
        self.hosts.evening = self.hosts.door.evening = self
        self.visits = self.visits[::every]
        self.pace = PACE if every == 1 else BRISK
        self._go, self._pausing, self._over = threading.Event(), threading.Event(), False
        self._go.set()

    def real(self, moment: datetime) -> datetime:
        """Return the true time of a moment of the evening."""
        return self.doors + (moment - self.doors) * self.pace / 60

    def wait(self) -> None:
        """Sleep until the next act is due. An evening under faults may be late."""
        due = self.real(self.doors + timedelta(minutes=self.now))
        sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
        if not self._go.is_set():
            self._pausing.set()
            self._go.wait()
            self._pausing.clear()

    def run(self) -> None:
        """Play as the evening does, and do not keep those waiting who want a pause after the last act."""
        try:
            super().run()
        finally:
            self._over = True
            self._pausing.set()

    async def in_calm(self, look: Callable[[], Awaitable[None]]) -> None:
        """Let the players finish what they do, then look while they pause."""
        if not self._over:
            self._pausing.clear()
        self._go.clear()
        try:
            if not await asyncio.to_thread(self._pausing.wait, PATIENCE):
                raise TimeoutError(f"The players did not pause within {PATIENCE:.0f} s.")
            await look()
        finally:
            self._go.set()

    def kept(self) -> set[str]:
        """Return the tables of the guests who are expected soon."""
        over = self.ledger.given_up | self.ledger.seated
        due = self.doors + timedelta(minutes=self.now + KEPT)
        found = (booked for number, booked in self.ledger.bookings.items() if number not in over)
        return {table for booked in found if booked.starts_at < due for table in booked.tables}


@dataclass
class RoomOutcome:
    """The outcome of an evening under faults."""

    name: str
    line: Line
    ledger: Ledger = field(default_factory=Ledger)
    cut: int = 0
    recoveries: Mapping[str, Recovery] = field(default_factory=dict)
    screens: int = 0
    unequal: int = 0
    room_screens: int = 0
    looks: int = 0  # comparisons of all screens of the room with the database
    room_unequal: int = 0
    problems: list[str] = field(default_factory=list)
    complaints: str = ""


@dataclass(frozen=True)
class Mischief:
    """The faults of an evening. `cut` is the share of the answers that are lost on the way."""

    kills: int = 2
    redis_restarts: int = 0
    postgres_kills: int = 0
    cut: float = 0.05

    @property
    def faults(self) -> list[str]:
        return [WORKER] * self.kills + [REDIS] * self.redis_restarts + [POSTGRES] * self.postgres_kills


async def room_evening(
    plan: Plan,
    mischief: Mischief,
    *,
    every: int = 1,
    keyed: bool = True,
    rules: Rules | None = None,
    patience: float = SETTLE,
    name: str = "",
) -> RoomOutcome:
    """Play an evening while processes are killed, and check everything at the end.

    After each fault the players pause until every screen of the room was compared with the database. Without `keyed` a
    repeated request has a new key; `rules` are those of the room's screens, and `patience` the seconds that they have.
    """
    async with Installation(plan) as here, opened(here) as client:
        line = Line(here.pads_line.url, keyed)
        house, who = await asyncio.to_thread(_open_room, here, line)
        here.houses = [who]
        found = RoomOutcome(name or f"{plan.name}, a Saturday of the whole room", line)
        waiters = await log_in_waiters(here, client)
        async with (
            watched(here, client, SCREENS, Rules()) as screens,
            room_screens(here, client, house, rules or Rules()) as room,
        ):
            evening = LiveEvening(house, SEED, every)
            compare = partial(room.compare, patience)
            chaos = Chaos(here, screens, line.answers.total, healed=lambda: evening.in_calm(compare))
            here.pads_line.faults = Faults(drop_answers=mischief.cut)
            calls = line.answers.total() + LOOKS + CALLS // every
            found.problems += await _play(evening, chaos, mischief.faults, here, calls)
            found.screens, found.recoveries = len(screens), chaos.recoveries
            found.unequal = unequal(screens, await settled(here, client, screens, waiters))
            await compare()
        found.room_screens, found.looks, found.room_unequal = len(room.screens), room.looks, room.wrong
        found.ledger, found.cut, found.complaints = evening.ledger, here.pads_line.dropped, here.complaints()
        found.problems += evening.ledger.problems
        found.problems += await asyncio.to_thread(_differences, here, house.pk, evening.ledger)
        found.problems += await _counted(found, here)
        return found


async def _counted(found: RoomOutcome, here: Installation) -> list[str]:
    """Return what was counted and should not be, in words."""
    counted = {
        "screens not equal to the database": found.unequal,
        "times a screen of the room was not equal to the database": found.room_unequal,
        "screens never back after a fault": sum(each.never for each in found.recoveries.values()),
        "server errors": server_errors(found.line.answers),
        "gaps in the log": await asyncio.to_thread(here.log.gaps),
    }
    return [f"{count} {what}" for what, count in counted.items() if count]


async def _play(evening: LiveEvening, chaos: Chaos, faults: Sequence[str], here: Installation, calls: int) -> list[str]:
    """Play the evening while the faults happen, then check it in calm, and return what went wrong."""
    raging = asyncio.create_task(chaos.rage(faults, calls))
    problems = await _tried(evening.run)
    chaos.over = True
    here.pads_line.faults = Faults()
    done, _pending = await asyncio.wait([raging], timeout=60)  # a fault that is being mended
    if not done:
        raging.cancel()
    await asyncio.gather(raging, return_exceptions=True)
    happened = sum(recovery.times for recovery in chaos.recoveries.values())
    problems += [] if happened == len(faults) else [f"only {happened} of {len(faults)} faults happened"]
    return problems + await _tried(lambda: check_end(evening.house, evening.ledger, money=True))


async def _tried(act: Any) -> list[str]:
    """Let the players act in a thread; a failure of theirs is a problem of the evening."""
    try:
        await asyncio.to_thread(act)
    except Exception as failure:  # whatever stops the players must be seen in the report
        return [f"the players were stopped: {failure!r}"]
    return []


def _open_room(here: Installation, line: Line) -> tuple[House, Credentials]:
    """Open the restaurant in the installation's database, and return it with its people at the line."""
    made = subprocess.run(
        [sys.executable, "-m", "harness.open_room"],
        env=product_environment(here.workers[0].settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    found = json.loads(made.stdout.strip().splitlines()[-1])
    logins = {role: [Login(**each) for each in people] for role, people in found["logins"].items()}
    house = House(
        pk=found["pk"],
        uid=found["uid"],
        owner=Caller(logins["owner"][0], line=line),
        hosts=[Caller(login, line=line) for login in logins["host"]],
        waiters=[Caller(login, line=line) for login in logins["waiter"]],
        kitchen=Caller(token=f"Device {found['kitchen']}", line=line),
        program=Caller(token=f"Device {found['program']}", line=line),
        tables=found["tables"],
    )
    devices = Device("kitchen", found["kitchen"]), Device("integration", found["program"])
    who = Credentials(line.url, found["pk"], {role: each[0] for role, each in logins.items()}, devices)
    return house, who


def _differences(here: Installation, restaurant_id: int, ledger: Ledger) -> list[str]:
    """Compare the database with what the players did: no table twice, no party and no order lost or doubled."""
    problems = []
    for what, sql in OVERLAPS.items():
        ((count,),) = here.log.rows(f"{sql} AND a.restaurant_id = {restaurant_id}")
        problems += [f"{count} {what}"] if count else []
    wanted = {
        "tables_party": len(ledger.parties) + ledger.counts["left the list"],
        "orders_order": ledger.counts["orders"],
        "bookings_booking": ledger.counts["bookings"],
        "billing_payment": ledger.counts["payments"],
    }
    for table, expected in wanted.items():
        ((count,),) = here.log.rows(f"SELECT count(*) FROM {table} WHERE restaurant_id = {restaurant_id}")
        problems += [f"{count} rows of {table}, {expected} were made"] if count != expected else []
    return problems
