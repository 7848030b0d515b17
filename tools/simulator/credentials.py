"""The simulator's credentials: the logins and device tokens that the demo keeps in `$VAR/demo.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class MissingCredential(Exception):
    """A demo file that is absent or lacks a credential that the service needs."""


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device: a pad with its table, a kitchen screen or an integration."""

    kind: str
    token: str = field(repr=False)
    table: str = ""

    @property
    def authorization(self) -> str:
        """Return the value of the Authorization header."""
        return f"Device {self.token}"


@dataclass(frozen=True, slots=True)
class Login:
    """A member of staff's e-mail and password."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The content of the demo file."""

    url: str
    restaurant_id: int | str
    staff: dict[str, Login]
    devices: tuple[Device, ...]

    def of_kind(self, kind: str) -> list[Device]:
        """Return all devices of one kind, in the file's order."""
        return [device for device in self.devices if device.kind == kind]

    def one(self, kind: str) -> Device:
        """Return the first device of a kind; the error names what is missing."""
        for device in self.devices:
            if device.kind == kind:
                return device
        raise MissingCredential(f"demo.json has no device of kind {kind!r}.")

    def login(self, role: str) -> Login:
        """Return the login of a role; the error names what is missing."""
        try:
            return self.staff[role]
        except KeyError:
            raise MissingCredential(f"demo.json has no login for the role {role!r}.") from None


def demo_path(var: Path) -> Path:
    """Return the path of the demo file."""
    return var / "demo.json"


def read_credentials(path: Path) -> Credentials:
    """Read the demo file; the error names the command that creates it."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingCredential(f"{path} does not exist: start the demo restaurant first (make run).") from None
    return Credentials(
        url=str(raw.get("url", "")),
        restaurant_id=raw["restaurant_id"],
        staff={role: Login(who["email"], who["password"]) for role, who in raw["staff"].items()},
        devices=tuple(Device(device["kind"], device["token"], device.get("table") or "") for device in raw["devices"]),
    )
