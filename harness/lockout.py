"""Trials of limits: a stranger at the staff's address knocks at every door, and guesses reach several processes."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from harness.installation import Installation
from tools.simulator.client import Client
from tools.simulator.credentials import Login

# Controls: locks of an address as a whole, and counters that each process has for itself.
BY_ADDRESS = {"DJANGO_SETTINGS_MODULE": "harness.settings.locks_by_address"}
APART = {"DJANGO_SETTINGS_MODULE": "harness.settings.counters_apart"}
PROGRAMS, PAGES = ("/auth/login", "/api/v1/auth/login"), ("/login/", "/admin/login/")
CODES_A_MINUTE = 10  # wrong codes of devices from one address (settings.RATE_LIMITS)
WRONG = "wrong horse battery"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass
class LockedOut:
    """The knocks of a stranger, and the doors that stayed shut for staff."""

    knocks: int = 0
    refused: int = 0  # knocks that were answered with 429
    shut: list[str] = field(default_factory=list)
    entered: int = 0


async def knock_everywhere(here: Installation, client: Client) -> LockedOut:
    """Knock with empty bodies, unknown accounts and wrong tokens; then let every person of the house in."""
    found = LockedOut()
    base = f"http://127.0.0.1:{here.workers[0].port}"
    known = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    async with known, client.session.post(f"{base}/auth/login", json=_body(here.who.login("waiter"))) as earlier:
        tokens: dict[str, Any] = await earlier.json()
        await enter_page(known, f"{base}/login/", here.who.login("waiter"))
        for path, body in knocks(here.who.login("waiter")):
            async with client.session.post(base + path, json=body) as answer:
                found.knocks += 1
                found.refused += answer.status == 429
        for name, status in [*await _programs(client, base, here), *await _browsers(base, here)]:
            found.entered += status in (200, 302)
            found.shut += [] if status in (200, 302) else [f"{name}: {status}"]
        async with client.session.post(
            f"{base}/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
        ) as answer:
            found.shut += [] if answer.status == 200 else [f"a refreshed token: {answer.status}"]
        status = await enter_page(known, f"{base}/login/", here.who.login("waiter"))
        found.shut += [] if status == 302 else [f"the guessed waiter at the own tablet: {status}"]
    return found


def knocks(victim: Login) -> list[tuple[str, dict[str, str]]]:
    """Return the requests of the stranger, who knows the e-mail of one waiter."""
    strangers = [{"email": f"nobody{number}@bistro.example", "password": WRONG} for number in range(40)]
    found: list[tuple[str, dict[str, str]]] = [(path, {}) for path in PROGRAMS for _ in range(31)]
    found += [("/auth/login", body) for body in strangers]
    found += [("/auth/refresh", {"refresh_token": "a.b.c"})] * 80
    found += [("/api/v1/devices/enrol", {"code": "ABCDEFGH"})] * 20
    invited = {"email": "x@bistro.example", "name": "X", "password": "correct horse x", "invitation": "x" * 43}
    found += [("/auth/register", invited)] * 20
    return found + [("/auth/login", {"email": victim.email, "password": WRONG})] * 6


async def _programs(client: Client, base: str, here: Installation) -> list[tuple[str, int]]:
    """Log in all but the guessed waiter, as programs do. Return who came where, and the status."""
    found = []
    for role, login in here.who.staff.items():
        for path in PROGRAMS if role != "waiter" else ():
            async with client.session.post(base + path, json=_body(login)) as answer:
                found.append((f"{role} at {path}", answer.status))
    return found


async def _browsers(base: str, here: Installation) -> list[tuple[str, int]]:
    """Log in managers and others in new browsers. Only managers come in at the admin's door."""
    found = []
    for role, login in here.who.staff.items():
        for path in PAGES if role in ("owner", "manager") else PAGES[:1]:
            if role == "waiter":
                continue
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
                found.append((f"{role} at {path}", await enter_page(browser, base + path, login)))
    return found


def _body(login: Login) -> dict[str, str]:
    return {"email": login.email, "password": login.password}


async def enter_page(browser: aiohttp.ClientSession, url: str, login: Login) -> int:
    """Open a login page, type e-mail and password, and return the status: 302 is a success."""
    async with browser.get(url) as page:
        token = _TOKEN.search(await page.text())
        if page.status == 200 and token is None:
            return 302  # signed in already
        if token is None:
            return page.status
    typed = {"username": login.email, "password": login.password, "csrfmiddlewaretoken": token[1]}
    async with browser.post(url, data=typed, allow_redirects=False) as answer:
        return answer.status


async def guess_at_all(here: Installation, client: Client, *, tries: int) -> Counter[str]:
    """Guess a device's code at all processes at once, each time from another forged address. Count the answers."""
    urls = [f"http://127.0.0.1:{worker.port}/api/v1/devices/enrol" for worker in here.workers]
    if (left := 60 - time.time() % 60) < 20:  # a limit counts within one minute of the clock
        await asyncio.sleep(left)

    async def guess(number: int) -> str:
        forged = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250}", "Forwarded": f"for=10.1.1.{number % 250}"}
        async with client.session.post(urls[number % len(urls)], json={"code": "ABCDEFGH"}, headers=forged) as answer:
            return str((await answer.json())["code"])

    return Counter(await asyncio.gather(*(guess(number) for number in range(tries))))
