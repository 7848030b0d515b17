"""Simulated evenings of the whole room at real servers, while processes are killed and answers are cut off.

The players are those of `manage.py simulate --evening`; here they call over the network, and repeat what was not
answered. Minutes of the evening are shortened; several restaurants play at once.
"""

import asyncio
import http.client
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

from harness.chaos import REDIS, WORKER, Chaos, Recovery
from harness.checker import server_errors
from harness.evening import opened, watched
from harness.installation import Installation, Plan
from harness.open_state import log_in_waiters, settled, unequal
from harness.proxy import Faults
from harness.screens import Rules
from harness.servers import product_environment
from harness.service import ROOT
from tools.simulator.credentials import Credentials, Device, Login
from tools.simulator.evening.desk import Person, Refused
from tools.simulator.evening.hosting import Hosts
from tools.simulator.evening.houses import House
from tools.simulator.evening.ledgers import Ledger
from tools.simulator.evening.playing import Evening

PATIENCE = 60.0  # seconds for which a call is repeated
PAUSE = 0.3
CALLS = 1500  # of an evening, about; the faults are spread over them
LATER = (429, 503)  # answers after which a client tries again
SEED, PACE, SCREENS = 900, 0.2, 4
KEPT = 75.0  # minutes before a booking in which its table is given to nobody else
OVERLAPS = {
    "stays at one table at one time": """SELECT count(*) FROM tables_occupancy a JOIN tables_occupancy b
        ON a.table_id = b.table_id AND a.id < b.id WHERE (b.until IS NULL OR a.since < b.until)
        AND (a.until IS NULL OR b.since < a.until)""",
    "bookings of one table at one time": """SELECT count(*) FROM bookings_tablehold a JOIN bookings_tablehold b
        ON a.table_id = b.table_id AND a.id < b.id WHERE a.live AND b.live AND a.starts_at < b.ends_at
        AND b.starts_at < a.ends_at""",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, as the players read it."""

    status_code: int
    content: bytes


@dataclass(slots=True)
class Line:
    """The way to the servers, with an account of the answers. Without `keyed` a repeated request has a new key."""

    url: str
    keyed: bool = True
    answers: Counter[int] = field(default_factory=Counter)
    repeated: int = 0


@dataclass(slots=True)
class Caller(Person):
    """A person who calls over the network, and repeats a request until it is answered."""

    line: Line = field(default_factory=lambda: Line(""))
    repeats: int = 0  # of the present call

    def _call(self, verb: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of a success. A repeated act that is refused was done before: the checks of the room tell."""
        self.repeats = 0
        try:
            return Person._call(self, verb, path, body, query)
        except Refused:
            if self.repeats and verb in ("POST", "DELETE"):
                return None
            raise

    def _sent(self, verb: str, path: str, body: Any, query: Mapping[str, Any] | None, key: dict[str, str]) -> Any:
        headers = {"Content-Type": "application/json", "Accept-Language": "en", **key}
        if self.token:
            headers["Authorization"] = self.token
        address = f"{self.line.url}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        began = perf_counter()
        while True:
            if key and not self.line.keyed:
                headers["Idempotency-Key"] = f"{key['Idempotency-Key']}-{self.repeats}"
            answer = _ask(urllib.request.Request(address, data, headers, method=verb))
            if answer is not None:
                self.line.answers[answer.status_code] += 1
            if answer is not None and answer.status_code not in LATER:
                return answer
            if perf_counter() - began > PATIENCE:
                raise TimeoutError(f"{verb} {path} is not answered")
            self.repeats += 1
            self.line.repeated += 1
            sleep(PAUSE)

    def _sign_in(self, login: Login) -> None:
        self.token = ""
        said = {"email": login.email, "password": login.password}
        answer = self._sent("POST", "/auth/login", said, None, {})
        self.token = f"Bearer {json.loads(answer.content)['access_token']}"


def _ask(request: urllib.request.Request) -> Answer | None:
    """Return the answer of one try, None if the connection broke."""
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Answer(answer.status, answer.read())
    except urllib.error.HTTPError as refusal:
        try:
            return Answer(refusal.code, refusal.read())
        except (OSError, http.client.HTTPException):
            return None
    except (OSError, http.client.HTTPException):
        return None


class LiveHosts(Hosts):
    """Hosts who see the tables that the API shows, and keep those whose guests will come soon."""

    evening: "LiveEvening"

    def _free(self, size: int) -> list[str]:
        rows = self.house.hosts[0].get(f"{self.house.room}/tables")
        kept = self.evening.kept()
        free = [row for row in rows if row["status"] == "available" and row["capacity"] >= size]
        return [row["id"] for row in sorted(free, key=lambda row: row["capacity"]) if row["id"] not in kept]


class LiveEvening(Evening):
    """An evening at real servers, whose minutes last `pace` seconds."""

    hosts_class = LiveHosts

    def __init__(self, house: House, seed: int, pace: float, every: int = 1) -> None:
        """Prepare an evening; only one of `every` so many parties comes."""
        super().__init__(house, datetime.now(UTC) + timedelta(minutes=20), seed, None)
        assert isinstance(self.hosts, LiveHosts)
        self.hosts.evening, self.pace = self, pace
        self.visits = self.visits[::every]
        self.begun = 0.0

    def wait(self) -> None:
        """Sleep until the next act is due. An evening under faults may be late."""
        self.begun = self.begun or perf_counter()
        sleep(max(0.0, self.begun + self.now * self.pace - perf_counter()))

    def kept(self) -> set[str]:
        """Return the tables of the guests who are expected soon."""
        over = self.ledger.given_up | self.ledger.seated
        due = self.doors + timedelta(minutes=self.now + KEPT)
        found = (booked for number, booked in self.ledger.bookings.items() if number not in over)
        return {table for booked in found if booked.starts_at < due for table in booked.tables}


@dataclass
class RoomOutcome:
    """The outcome of evenings under faults."""

    name: str
    ledgers: Sequence[Ledger]
    answers: Counter[int]
    repeated: int
    recoveries: Mapping[str, Recovery]
    screens: int
    unequal: int
    problems: list[str]

    def total(self, name: str) -> int:
        return sum(ledger.counts[name] for ledger in self.ledgers)


async def room_evening(
    plan: Plan,
    *,
    houses: int,
    kills: int,
    redis_restarts: int = 0,
    cut: float = 0.05,
    every: int = 1,
    keyed: bool = True,
) -> RoomOutcome:
    """Play evenings at once in several restaurants while processes are killed, and check everything at the end."""
    async with Installation(plan) as here, opened(here) as client:
        line = Line(here.pads_line.url, keyed)
        rooms = await asyncio.to_thread(_open_rooms, here, houses, line)
        here.houses = [credentials for _house, credentials in rooms]
        waiters = await log_in_waiters(here, client)
        evenings = [LiveEvening(house, SEED + number, PACE, every) for number, (house, _who) in enumerate(rooms)]
        faults = [WORKER] * kills + [REDIS] * redis_restarts
        async with watched(here, client, SCREENS * houses, Rules()) as screens:
            chaos = Chaos(here, screens, line.answers.total)
            here.pads_line.faults = Faults(drop_answers=cut)
            problems = await _play(evenings, chaos, faults, here, CALLS // every)
            wrong = unequal(screens, await settled(here, client, screens, waiters))
        for evening in evenings:
            problems += await asyncio.to_thread(_differences, here, evening.house.pk, evening.ledger)
        ledgers = [evening.ledger for evening in evenings]
        counted = {
            "screens not equal to the database": wrong,
            "screens never back after a fault": sum(each.never for each in chaos.recoveries.values()),
            "server errors": server_errors(line.answers),
        }
        problems += [f"{count} {what}" for what, count in counted.items() if count]
        return RoomOutcome(
            plan.name, ledgers, line.answers, line.repeated, chaos.recoveries, len(screens), wrong, problems
        )


async def _play(
    evenings: Sequence["LiveEvening"], chaos: Chaos, faults: Sequence[str], here: Installation, calls: int
) -> list[str]:
    """Play the evenings while the faults happen, and return what went wrong."""
    raging = asyncio.create_task(chaos.rage(faults, calls * len(evenings)))
    played = await asyncio.gather(*(asyncio.to_thread(each.play) for each in evenings), return_exceptions=True)
    chaos.over = True
    here.pads_line.faults = Faults()
    await _end(raging)
    problems = [f"{each!r}" for each in played if isinstance(each, BaseException)]
    problems += [problem for evening in evenings for problem in evening.ledger.problems]
    done = sum(recovery.times for recovery in chaos.recoveries.values())
    return problems + ([] if done == len(faults) else [f"only {done} of {len(faults)} faults happened"])


async def _end(raging: asyncio.Task[None]) -> None:
    """Wait for a fault that is being mended; those that are left do not happen."""
    done, _pending = await asyncio.wait([raging], timeout=15)
    if not done:
        raging.cancel()
    await asyncio.gather(raging, return_exceptions=True)


def _open_rooms(here: Installation, count: int, line: Line) -> list[tuple[House, Credentials]]:
    """Open the restaurants in the installation's database, and return them with their people at the line."""
    made = subprocess.run(
        [sys.executable, "-m", "harness.open_room", str(count)],
        env=product_environment(here.workers[0].settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    return [_room(found, line) for found in json.loads(made.stdout.strip().splitlines()[-1])]


def _room(found: dict[str, Any], line: Line) -> tuple[House, Credentials]:
    logins = {role: [Login(**each) for each in people] for role, people in found["logins"].items()}
    people = {role: [Caller(login, line=line) for login in each] for role, each in logins.items()}
    house = House(
        pk=found["pk"],
        uid=found["uid"],
        owner=people["owner"][0],
        hosts=list(people["host"]),
        waiters=list(people["waiter"]),
        kitchen=Caller(token=found["kitchen"], line=line),
        program=Caller(token=found["program"], line=line),
        tables=found["tables"],
    )
    devices = tuple(
        Device(kind, found[name].removeprefix("Device "))
        for kind, name in (("kitchen", "kitchen"), ("integration", "program"))
    )
    return house, Credentials(line.url, found["pk"], {role: each[0] for role, each in logins.items()}, devices)


def _differences(here: Installation, restaurant_id: int, ledger: Ledger) -> list[str]:
    """Compare the database with what the players did: no table twice, no party and no order lost or doubled."""
    problems = []
    for what, sql in OVERLAPS.items():
        ((count,),) = here.log.rows(f"{sql} AND a.restaurant_id = {restaurant_id}")
        problems += [f"{count} {what}"] if count else []
    wanted = {
        "tables_party": len(ledger.parties) + ledger.counts["left the list"],
        "orders_order": ledger.counts["orders"],
    }
    for table, expected in wanted.items():
        ((count,),) = here.log.rows(f"SELECT count(*) FROM {table} WHERE restaurant_id = {restaurant_id}")
        problems += [f"{count} rows of {table}, {expected} were made"] if count != expected else []
    return problems
