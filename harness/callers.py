"""People who call over the network for the players of `simulate --evening`, and repeat what was not answered."""

import http.client
import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

from tools.simulator.credentials import Login
from tools.simulator.evening.desk import Person, Refused

PATIENCE = 120.0  # seconds for which a call is repeated
PAUSE = 0.3
LATER = (429, 503)  # answers after which a client tries again


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
                if answer.status_code not in LATER:
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
