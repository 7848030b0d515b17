"""An HTTP client that behaves as a careful pad: one idempotency key for each order, retried until answered."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

import aiohttp

from tools.simulator.ledger import Traffic

BUSY = frozenset({429, 503})
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class GaveUp(Exception):
    """A request without a final answer within the caller's patience."""


class Credential(Protocol):
    """Anything with a right to use the API."""

    @property
    def authorization(self) -> str:
        """Return the value of the Authorization header."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer."""

    status: int
    body: Any
    headers: Mapping[str, str]
    at: float

    @property
    def ok(self) -> bool:
        """Return True for any success."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Return the machine code of a problem document, or the status."""
        if isinstance(self.body, dict) and self.body.get("code"):
            return str(self.body["code"])
        return str(self.status)


@dataclass(slots=True)
class Client:
    """A session for all requests of a run: connections stay open and no request waits on this side."""

    session: aiohttp.ClientSession
    urls: tuple[str, ...]
    traffic: Traffic
    patience: float = 60.0
    timeout: float = 30.0
    dice: random.Random = field(default_factory=random.Random)

    async def get(self, path: str, *, credential: Credential, process: int = 0, etag: str = "") -> Answer:
        """Read a resource; with an ETag, only if it has changed."""
        return await self.send(
            "GET", path, credential=credential, process=process, headers={"If-None-Match": etag} if etag else {}
        )

    async def post(
        self, path: str, body: Any = None, *, credential: Credential | None, key: str = "", process: int = 0
    ) -> Answer:
        """Send an action; with a key a repeated action has no further effect."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self.send("POST", path, body, credential=credential, process=process, headers=headers)

    async def submit(self, path: str) -> int:
        """Press the only button of a guest's page, as a browser does, and return the status of the answer.

        A lost connection is 0: whoever looks at the page again sees what became of it.
        """
        url, timeout = self.urls[0] + path, aiohttp.ClientTimeout(total=self.timeout)
        try:
            async with self.session.get(url, timeout=timeout) as page:
                cookies = "; ".join(f"{name}={each.value}" for name, each in page.cookies.items())
                token = TOKEN.search(await page.text())
            form, headers = {"csrfmiddlewaretoken": token[1] if token else ""}, {"Cookie": cookies}
            async with self.session.post(
                url, data=form, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status
        except (TimeoutError, aiohttp.ClientError, OSError):
            self.traffic.lost_connections += 1
            return 0

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        credential: Credential | None = None,
        process: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request, repeated with the same headers until answered; each attempt goes to the next process."""
        headers = {"Accept": "application/json", **(headers or {})}
        if credential is not None:
            headers["Authorization"] = credential.authorization
        until = perf_counter() + self.patience
        attempt = 0
        while True:
            url = self.urls[(process + attempt) % len(self.urls)] + path
            answer = await self._attempt(method, url, body, headers)
            if answer is not None and answer.status not in BUSY and answer.status < 500:
                return answer
            pause = self._pause(answer, attempt)
            if perf_counter() + pause > until:
                raise GaveUp(f"{method} {path}: {answer.code if answer else 'no answer'}")
            self.traffic.retries += 1
            attempt += 1
            await asyncio.sleep(pause)

    async def _attempt(self, method: str, url: str, body: Any, headers: Mapping[str, str]) -> Answer | None:
        """Send the request once; return None if the connection broke or timed out."""
        try:
            async with self.session.request(
                method, url, json=body, headers=headers, timeout=aiohttp.ClientTimeout(total=self.timeout)
            ) as response:
                payload = await _payload(response)
                at = perf_counter()
        except TimeoutError:
            self.traffic.timeouts += 1
            return None
        except (aiohttp.ClientError, OSError):
            self.traffic.lost_connections += 1
            return None
        self.traffic.answers[response.status] += 1
        self.traffic.replayed += response.headers.get("Idempotent-Replayed") == "true"
        return Answer(response.status, payload, response.headers, at)

    def _pause(self, answer: Answer | None, attempt: int) -> float:
        """Wait for the time that the server asks for, or for growing times.

        The times are random, so that five hundred pads do not return together.
        """
        spread = 0.5 + self.dice.random()
        if answer is not None and answer.status in BUSY:
            return _seconds(answer.headers.get("Retry-After")) + self.dice.random()
        return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempt, 10))) * spread


async def _payload(response: aiohttp.ClientResponse) -> Any:
    """Return the JSON of an answer, or None for other content."""
    if "json" not in response.content_type:
        await response.read()
        return None
    try:
        return await response.json(content_type=None)
    except ValueError:
        return None


def _seconds(retry_after: str | None) -> float:
    """Return Retry-After in seconds; a date or an invalid value counts as one second."""
    try:
        return max(0.1, float(retry_after or ""))
    except ValueError:
        return 1.0


@asynccontextmanager
async def open_client(urls: tuple[str, ...], traffic: Traffic, *, patience: float) -> AsyncIterator[Client]:
    """Open a client without a limit on connections, because five hundred pads are five hundred connections."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=50)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Client(session, tuple(url.rstrip("/") for url in urls), traffic, patience)
