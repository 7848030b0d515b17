"""Overload: many times as many pads as there are slots, and none waits as long as `Retry-After` asks.

Every refusal must say when to come again; who works here must be served meanwhile; and what was acknowledged stands.
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
from harness.guests import Crew, Guests, Wish, log_in, read_menu
from harness.installation import Installation
from harness.strangers import MEGABYTE, memory_of
from harness.trials import ENDLESS, HANDS, account_of
from tools.simulator.client import BUSY, Answer, Client
from tools.simulator.credentials import Login
from tools.simulator.ledger import Traffic

REPEATS = 20  # a pad that does not believe its answer asks again: load without new orders in the house
PAGES = ("/floor/", "/kitchen/")
STAFF_PAUSE = 1.0
# A small house, which a test can fill; and the same without a limit on what comes in.
FEW_PLACES = {"FAST_PATH_IN_FLIGHT": "32", "ADMISSION_WAITING": "64", "ADMISSION_WAIT_SECONDS": "1"}
NO_PLACES = {"FAST_PATH_IN_FLIGHT": "1000000", "ADMISSION_WAITING": "1000000", "ADMISSION_WAIT_SECONDS": "3600"}


@dataclass(slots=True)
class Pushy(Client):
    """Asks again after a tenth of a second, whatever it was told, and writes down how it was told."""

    waits: list[float] = field(default_factory=list)  # for an answer of any kind
    rude: Counter[str] = field(default_factory=Counter)

    async def _attempt(self, method: str, url: str, body: Any, headers: Mapping[str, str]) -> Answer | None:
        began = perf_counter()
        # Not super(): a dataclass with slots is another class than the one that its methods were written in.
        answer = await Client._attempt(self, method, url, body, headers)
        self.waits.append(perf_counter() - began)
        if answer is None:
            self.rude["no answer"] += 1
        elif answer.status in BUSY and not answer.headers.get("Retry-After", "").isdigit():
            self.rude[f"{answer.status} without Retry-After"] += 1
        elif answer.status not in BUSY and not answer.ok:
            self.rude[f"{answer.status}"] += 1
        return answer

    def _pause(self, answer: Answer | None, attempt: int) -> float:
        return 0.05 + 0.1 * self.dice.random()


@dataclass
class Crowd(Guests):
    """Guests whose pads send each order again and again. All answers must name the same order."""

    differing: set[str] = field(default_factory=set)

    async def place(self, wish: Wish, pad: Any) -> None:
        await super().place(wish, pad)
        path, body, key = self._request(wish, pad)
        for _ in range(REPEATS):
            if self.over or wish.order_id is None:
                return
            answer = await self.client.post(path, body, credential=pad, key=key)
            if not answer.ok or answer.body["id"] != wish.order_id:
                self.differing.add(wish.mark)


@dataclass
class Rush:
    """What came of so many pads for so long."""

    seconds: float
    answers: Counter[int]
    waits: list[float]
    rude: Counter[str]
    differing: int
    account: Account

    @property
    def good(self) -> float:
        """Answers a second that somebody had use of."""
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
    staff: list[float]  # seconds until a page was there, while it was overcrowded
    staff_after: list[float]
    staff_rude: Counter[int]  # answers to staff that were no page
    before: int = 0
    most: int = 0

    @property
    def grown(self) -> float:
        return (self.most - self.before) / MEGABYTE

    @property
    def ratio(self) -> float:
        return self.crowded.good / self.full.good


async def overload(here: Installation, client: Client, *, full: int, times: int, seconds: float) -> Overload:
    """As many pads as fit in; then `times` as many; then as many as at first."""
    staff = Staff(client.session, here.workers[0].port, await session_of(here, client, here.who.login("manager")))
    async with staff.at_work():
        first = await rush(here, client, full, seconds / 2)
    before = memory_of(here.workers[0])
    async with staff.at_work() as meanwhile:
        crowded = await rush(here, client, full * times, seconds)
    most = memory_of(here.workers[0])
    async with staff.at_work() as later:
        after = await rush(here, client, full, seconds / 2)
    return Overload(first, crowded, after, meanwhile.waits, later.waits, meanwhile.rude + later.rude, before, most)


async def rush(here: Installation, client: Client, pads: int, seconds: float) -> Rush:
    """So many connections for so long, with a crew that carries away what was ordered. Nobody gives up."""
    url = f"http://127.0.0.1:{here.workers[0].port}"
    devices = here.who.of_kind("pad")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        pushy = Pushy(session, (url,), Traffic(), patience=300.0, timeout=60.0)
        many = [devices[number % len(devices)] for number in range(pads)]
        room = asyncio.Semaphore(ENDLESS)
        guests = Crowd(pushy, many, await read_menu(client, devices[0]), room=room)
        crew = Crew(client, here.who, await log_in(client, here.who.login("waiter")), HANDS)
        ordering, working = asyncio.create_task(guests.order(ENDLESS)), asyncio.create_task(crew.work(guests))
        try:
            await asyncio.sleep(seconds)
            answers = pushy.traffic.answers.copy()
            guests.over = True  # everybody still gets what it asked for
            await ordering
        finally:
            ordering.cancel()
            working.cancel()
            await asyncio.gather(ordering, working, return_exceptions=True)
        return Rush(seconds, answers, pushy.waits, pushy.rude, len(guests.differing), await account_of(here, guests))


@dataclass
class Served:
    waits: list[float] = field(default_factory=list)
    rude: Counter[int] = field(default_factory=Counter)


class Staff:
    """Somebody who opens the floor and the kitchen, again and again."""

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
                    self.served.rude[answer.status] += 1
            await asyncio.sleep(STAFF_PAUSE)


async def session_of(here: Installation, client: Client, login: Login) -> str:
    """Log in as a browser does; the cookies that it then sends."""
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
