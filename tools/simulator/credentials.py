"""Who the simulator may act as: the logins and device tokens that the demo keeps in `$VAR/demo.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class MissingCredential(Exception):
    """The demo file is absent or lacks somebody whom the service needs."""


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device: a pad with its table, a kitchen screen or an integration."""

    kind: str
    token: str = field(repr=False)
    table: str = ""

    @property
    def authorization(self) -> str:
        """The value of the Authorization header."""
        return f"Device {self.token}"


@dataclass(frozen=True, slots=True)
class Login:
    """A member of staff's e-mail and password."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything in the demo file."""

    url: str
    restaurant_id: int | str
    staff: dict[str, Login]
    devices: tuple[Device, ...]

    def of_kind(self, kind: str) -> list[Device]:
        """All devices of one kind, in the file's order."""
        return [device for device in self.devices if device.kind == kind]

    def one(self, kind: str) -> Device:
        """The first device of a kind; says what is missing otherwise."""
        for device in self.devices:
            if device.kind == kind:
                return device
        raise MissingCredential(f"demo.json holds no device of kind {kind!r}.")

    def login(self, role: str) -> Login:
        """The login of a role; says what is missing otherwise."""
        try:
            return self.staff[role]
        except KeyError:
            raise MissingCredential(f"demo.json holds no login for the role {role!r}.") from None


def demo_path(var: Path) -> Path:
    """Where the demo keeps its credentials."""
    return var / "demo.json"


def read_credentials(path: Path) -> Credentials:
    """Read the demo file; the error says how one comes into being."""
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
