"""The public API, called in this process, so that the clock of the calls can be simulated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tools.simulator.credentials import Login

UNAUTHORISED = 401


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, call: str, status: int, body: Any) -> None:
        self.code = body.get("code", "") if isinstance(body, dict) else ""
        super().__init__(f"{call}: {status} {self.code} {body.get('detail', '') if isinstance(body, dict) else ''}")
        self.body = body


@dataclass(slots=True)
class Person:
    """A member of staff or a device that calls the API. People sign in again when their token has expired."""

    login: Login | None = None
    token: str = field(default="", repr=False)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=True))
    calls: int = 0

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        return self._call("GET", path, query=query)

    def post(self, path: str, body: Any = None) -> Any:
        return self._call("POST", path, {} if body is None else body)

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path)

    def _call(self, verb: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of a success. Raises Refused."""
        self.calls += 1
        key = {"Idempotency-Key": f"evening-{id(self)}-{self.calls}"} if verb == "POST" else {}
        answer = self._sent(verb, path, body, query, key)
        if answer.status_code == UNAUTHORISED and self.login is not None:
            self._sign_in(self.login)
            answer = self._sent(verb, path, body, query, key)
        found = json.loads(answer.content) if answer.content else None
        if not 200 <= answer.status_code < 300:
            raise Refused(f"{verb} {path}", answer.status_code, found)
        return found

    def _sent(self, verb: str, path: str, body: Any, query: Mapping[str, Any] | None, key: dict[str, str]) -> Any:
        headers = {"Authorization": self.token, **key} if self.token else key
        data = "" if body is None else json.dumps(body)
        return self.client.generic(
            verb, path, data, content_type="application/json", headers=headers, query_params=query
        )

    def _sign_in(self, login: Login) -> None:
        login_body = json.dumps({"email": login.email, "password": login.password})
        answer = Client().post("/auth/login", login_body, content_type="application/json")
        if answer.status_code != 200:
            raise Refused("POST /auth/login", answer.status_code, answer.json())
        self.token = f"Bearer {answer.json()['access_token']}"
