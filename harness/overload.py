"""Overload: many times as many pads as there are slots, and none of them waits as long as `Retry-After` asks.

Every refusal must say when to try again, staff must be served meanwhile, and acknowledged orders must exist.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from time import perf_counter
from typing import Any

import aiohttp

from harness.checker import Account, server_errors
from harness.installation import Installation
from harness.load_clients import Crew, LoadClients, PadOrder, log_in, read_menu
from harness.slow_clients import MEGABYTE, memory_of
from harness.trials import ENDLESS, HANDS, account_of
from tools.simulator.client import BUSY, Answer, Client
from tools.simulator.credentials import Login
from tools.simulator.ledger import Traffic

REPEATS = 20  # repeated requests are load without more open orders
PAGES = ("/floor/", "/kitchen/")
STAFF_PAUSE = 1.0
# Settings with few slots, which a test can fill; and the same without a limit.
FEW_PLACES = {"FAST_PATH_IN_FLIGHT": "32", "ADMISSION_WAITING": "64", "ADMISSION_WAIT_SECONDS": "1"}
NO_PLACES = {"FAST_PATH_IN_FLIGHT": "1000000", "ADMISSION_WAITING": "1000000", "ADMISSION_WAIT_SECONDS": "3600"}


@dataclass(slots=True)
class Pushy(Client):
    """An impatient client: retries after a tenth of a second, whatever it was told, and records the answers."""

    waits: list[float] = field(default_factory=list)  # seconds until an answer of any kind
    improper: Counter[str] = field(default_factory=Counter)

    async def _attempt(self, method: str, url: str, body: Any, headers: Mapping[str, str]) -> Answer | None:
        began = perf_counter()
        # Not super(): a dataclass with slots replaces the class, so that `__class__` is the wrong one.
        answer = await Client._attempt(self, method, url, body, headers)
        self.waits.append(perf_counter() - began)
        if answer is None:
            self.improper["no answer"] += 1
        elif answer.status in BUSY and not answer.headers.get("Retry-After", "").isdigit():
            self.improper[f"{answer.status} without Retry-After"] += 1
        elif answer.status not in BUSY and not answer.ok:
            self.improper[f"{answer.status}"] += 1
        return answer

    def _pause(self, answer: Answer | None, attempt: int) -> float:
        return 0.05 + 0.1 * self.dice.random()


@dataclass
class Crowd(LoadClients):
    """Load clients whose pads send each order again and again; all answers must name the same order."""

    differing: set[str] = field(default_factory=set)

    async def place(self, pad_order: PadOrder, pad: Any) -> None:
        await super().place(pad_order, pad)
        path, body, key = self._request(pad_order, pad)
        for _ in range(REPEATS):
            if self.over or pad_order.order_id is None:
                return
            answer = await self.client.post(path, body, credential=pad, key=key)
            if not answer.ok or answer.body["id"] != pad_order.order_id:
                self.differing.add(pad_order.mark)


@dataclass
class Rush:
    """The figures of one number of pads for one duration."""

    seconds: float
    answers: Counter[int]
    waits: list[float]
    improper: Counter[str]
    differing: int
    account: Account

    @property
    def good(self) -> float:
        """Return the useful answers per second."""
        return (self.answers[200] + self.answers[201]) / self.seconds

    @property
    def refused(self) -> int:
        return self.answers[503] + self.answers[429]

    @property
    def server_errors(self) -> int:
        return server_errors(self.answers)


@dataclass
class Overload:
    """A full house, an overcrowded one, and the house afterwards."""

    full: Rush
    crowded: Rush
    after: Rush
    staff: list[float]  # seconds until a page arrived, while overcrowded
    staff_after: list[float]
    staff_failures: Counter[int]  # answers to staff other than a page
    before: int = 0
    most: int = 0

    @property
    def grown(self) -> float:
        return (self.most - self.before) / MEGABYTE

    @property
    def ratio(self) -> float:
        return self.crowded.good / self.full.good


async def overload(here: Installation, client: Client, *, full: int, times: int, seconds: float) -> Overload:
    """Measure with as many pads as there are slots, then with `times` as many, then as at first."""
    staff = Staff(client.session, here.workers[0].port, await session_of(here, client, here.who.login("manager")))
    async with staff.at_work():
        first = await rush(here, client, full, seconds / 2)
    before = memory_of(here.workers[0])
    async with staff.at_work() as meanwhile:
        crowded = await rush(here, client, full * times, seconds)
    most = memory_of(here.workers[0])
    async with staff.at_work() as later:
        after = await rush(here, client, full, seconds / 2)
    return Overload(
        first, crowded, after, meanwhile.waits, later.waits, meanwhile.improper + later.improper, before, most
    )


async def rush(here: Installation, client: Client, pads: int, seconds: float) -> Rush:
    """Run that number of connections for that time, with a crew that closes the orders; no pad gives up."""
    url = f"http://127.0.0.1:{here.workers[0].port}"
    devices = here.who.of_kind("pad")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        pushy = Pushy(session, (url,), Traffic(), patience=300.0, timeout=60.0)
        many = [devices[number % len(devices)] for number in range(pads)]
        room = asyncio.Semaphore(ENDLESS)
        load_clients = Crowd(pushy, many, await read_menu(client, devices[0]), room=room)
        crew = Crew(client, here.who, await log_in(client, here.who.login("waiter")), HANDS)
        ordering, working = (
            asyncio.create_task(load_clients.order(ENDLESS)),
            asyncio.create_task(crew.work(load_clients)),
        )
        try:
            await asyncio.sleep(seconds)
            answers = pushy.traffic.answers.copy()
            load_clients.over = True  # requests that were sent are still answered
            await ordering
        finally:
            ordering.cancel()
            working.cancel()
            await asyncio.gather(ordering, working, return_exceptions=True)
        return Rush(
            seconds,
            answers,
            pushy.waits,
            pushy.improper,
            len(load_clients.differing),
            await account_of(here, load_clients),
        )


@dataclass
class Served:
    waits: list[float] = field(default_factory=list)
    improper: Counter[int] = field(default_factory=Counter)


class Staff:
    """A person who opens the floor and the kitchen, again and again."""

    def __init__(self, session: aiohttp.ClientSession, port: int, cookies: str) -> None:
        self.session, self.url, self.cookies = session, f"http://127.0.0.1:{port}", cookies
        self.served = Served()

    def at_work(self) -> "Staff":
        self.served = Served()
        return self

    async def __aenter__(self) -> Served:
        self._working = asyncio.create_task(self._look())
        return self.served

    async def __aexit__(self, *error: object) -> None:
        self._working.cancel()
        await asyncio.gather(self._working, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            for page in PAGES:
                began = perf_counter()
                headers = {"Cookie": self.cookies}
                async with self.session.get(self.url + page, headers=headers, allow_redirects=False) as answer:
                    await answer.read()
                if answer.status == 200:
                    self.served.waits.append(perf_counter() - began)
                else:
                    self.served.improper[answer.status] += 1
            await asyncio.sleep(STAFF_PAUSE)


async def session_of(here: Installation, client: Client, login: Login) -> str:
    """Log in as a browser does and return the cookies."""
    url = f"http://127.0.0.1:{here.workers[0].port}/login/"
    jar: SimpleCookie = SimpleCookie()
    async with client.session.get(url) as form:
        token = (await form.text()).split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        jar.update(form.cookies)
    body = {"csrfmiddlewaretoken": token, "username": login.email, "password": login.password}
    headers = {"Cookie": _told(jar)}
    async with client.session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 302, answer.status
        jar.update(answer.cookies)
    return _told(jar)


def _told(jar: SimpleCookie) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())
