"""The product with years of orders in its database, and the pages that are read from it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from benchmarks.contenders import Contender, contender_of
from harness.installation import Installation, Plan
from harness.old_orders import grow_old
from harness.wire import request
from tools.simulator.credentials import Login

API = {
    "open queue": "/api/v1/orders?status=open",
    "orders of the day": "/api/orders?limit=50",
    "recent orders": "/api/v1/orders/recent",
}
SCREENS = {"kitchen page": "/kitchen/", "floor page": "/floor/"}
PAGES = (*API, *SCREENS)


@asynccontextmanager
async def old_house(plan: Plan, orders: int) -> AsyncIterator[Contender]:
    """Set up the product with that many old orders, and its most used pages."""
    async with Installation(plan) as here:
        await grow_old(here, orders)
        house = contender_of(here, f"{orders:,} old orders")
        house.pages = await pages_of(house, here.who.login("manager"))
        yield house


async def pages_of(house: Contender, login: Login) -> dict[str, bytes]:
    """Return the requests of a program and of a logged-in manager, by name."""
    found = {name: request("GET", path, dict(house.watcher)) for name, path in API.items()}
    session = {"Cookie": await session_of(house, login), "Accept": "text/html"}
    return found | {name: request("GET", path, session) for name, path in SCREENS.items()}


async def session_of(house: Contender, login: Login) -> str:
    """Log in as a browser does and return the cookies."""
    line = await house.connect()
    form = await line.ask(request("GET", "/login/", {}))
    cookies = cookies_in(form.head)
    token = form.body.split(b'name="csrfmiddlewaretoken" value="')[1].split(b'"')[0].decode()
    body = urlencode({"csrfmiddlewaretoken": token, "username": login.email, "password": login.password}).encode()
    headers = {"Cookie": _cookie_header(cookies), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await line.ask(request("POST", "/login/", headers, body))
    line.close()
    assert answer.status == 302, f"{login.email} cannot log in: {answer.status}"
    return _cookie_header(cookies | cookies_in(answer.head))


def cookies_in(head: bytes) -> dict[str, str]:
    """Return the cookies that an answer sets."""
    jar = SimpleCookie()
    for line in head.decode("latin-1").split("\r\n"):
        if line.lower().startswith("set-cookie:"):
            jar.load(line.partition(":")[2].strip())
    return {name: morsel.value for name, morsel in jar.items()}


def _cookie_header(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
