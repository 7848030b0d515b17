"""Caps on the open sockets of a process, for each credential, restaurant and address (ADR 0035).

Each process counts its own sockets. What a flood costs is the time of one event loop, and a count in the shared cache
would be wrong after every killed process.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from prometheus_client import Counter

from bistro.core.auth.rate_limits import client_address
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Role
from bistro.core.live.allowances import Allowances

ANSWER_SECONDS = 2.0  # time for a pong, before the socket counts as dead
LOOK_EVERY_SECONDS = 5.0  # between two searches for dead sockets of one credential
LONGEST_REFUSAL_SECONDS = 20.0  # below the time after which a server ends a connection without pongs
KEPT_ALLOWANCES = 1000
_DEVICES = (Role.PAD, Role.SCREEN, Role.INTEGRATION)
_refused = Counter("bistro_sockets_refused", "Sockets refused over a cap or a rate in this process")


class Guarded(Protocol):
    """A socket as the caps see it."""

    async def answers(self, seconds: float) -> bool:
        """Ping the client and return whether it answered in time."""
        ...

    async def close_dead(self) -> None:
        """Close the socket and leave the caps."""
        ...


@dataclass(frozen=True, slots=True)
class Owner:
    """The credential, restaurant and address that a socket counts for."""

    kind: str
    credential: str
    restaurant: str
    address: str

    @classmethod
    def of(cls, actor: Actor, scope: Mapping[str, Any]) -> "Owner":
        """Return the owner of a handshake. A login's sockets count together in all its browsers and restaurants."""
        return cls(_kind_of(actor), actor.credential, f"restaurant:{actor.restaurant_id}", f"address:{_address(scope)}")

    def caps(self) -> tuple[tuple[str, int], ...]:
        """Return each key that the socket counts under, and its cap."""
        caps = settings.SOCKET_CAPS
        mine = (self.credential, caps[self.kind])
        return mine, (self.restaurant, caps["restaurant"]), (self.address, caps["address"])


def _kind_of(actor: Actor) -> str:
    return next((str(role) for role in _DEVICES if role in actor.roles), "login")


def _address(scope: Mapping[str, Any]) -> str:
    """Return the client's address by the rule of HTTP requests, so that proxies are believed alike."""
    request = HttpRequest()
    client = scope.get("client") or ("", 0)
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    request.META = {"REMOTE_ADDR": client[0]}
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = ",".join(forwarded)
    return client_address(request)


class SocketCaps:
    """The open sockets of one event loop by owner, and the allowances of their credentials."""

    def __init__(self) -> None:
        self._open: dict[str, set[Guarded]] = {}
        self._allowances: dict[str, Allowances] = {}
        self._searches: dict[str, asyncio.Task[None]] = {}
        self._searched: dict[str, float] = {}

    def allowances(self, owner: Owner) -> Allowances:
        """Return the allowances of a credential; sockets keep them while they are open."""
        found = self._allowances.get(owner.credential)
        if found is None:
            self._forget_idle()
            found = self._allowances[owner.credential] = Allowances(settings.SOCKET_CAPS[owner.kind])
        return found

    async def enter(self, socket: Guarded, owner: Owner) -> bool:
        """Count the socket, or return False if it is over a cap or its credential connects too often.

        Over a cap the credential's sockets that do not answer a ping are closed first.
        """
        if not self.allowances(owner).hellos.take():
            return False
        if not self._has_room(owner):
            await self._close_dead(owner.credential)
        if not self._has_room(owner):
            return False
        for key, _cap in owner.caps():
            self._open.setdefault(key, set()).add(socket)
        return True

    def leave(self, socket: Guarded, owner: Owner) -> None:
        """Count the socket no longer."""
        for key, _cap in owner.caps():
            sockets = self._open.get(key, set())
            sockets.discard(socket)
            if not sockets:
                self._open.pop(key, None)

    def refusal_delay(self, owner: Owner) -> float:
        """Return the seconds to hold a refused socket, whose client cannot come again meanwhile.

        The first refusals are immediate; a credential that keeps coming is held for up to twenty seconds.
        """
        _refused.inc()
        return self.allowances(owner).refusals.pace(LONGEST_REFUSAL_SECONDS)

    def _has_room(self, owner: Owner) -> bool:
        return all(len(self._open.get(key, ())) < cap for key, cap in owner.caps())

    async def _close_dead(self, credential: str) -> None:
        """Close the credential's dead sockets. Newcomers share a search, and the next one comes seconds later."""
        now = asyncio.get_running_loop().time()
        if now - self._searched.get(credential, -LOOK_EVERY_SECONDS) >= LOOK_EVERY_SECONDS:
            self._searched[credential] = now
            self._searches[credential] = asyncio.create_task(self._search(credential))
        search = self._searches.get(credential)
        if search is not None:
            await asyncio.shield(search)

    async def _search(self, credential: str) -> None:
        try:
            sockets = list(self._open.get(credential, ()))
            answered = await asyncio.gather(*(socket.answers(ANSWER_SECONDS) for socket in sockets))
            await asyncio.gather(
                *(each.close_dead() for each, alive in zip(sockets, answered, strict=True) if not alive)
            )
        finally:
            del self._searches[credential]

    def _forget_idle(self) -> None:
        """Forget the allowances that are full and the old searches, once many have come together."""
        if len(self._allowances) < KEPT_ALLOWANCES:
            return
        self._allowances = {key: each for key, each in self._allowances.items() if not each.are_full()}
        old = asyncio.get_running_loop().time() - LOOK_EVERY_SECONDS
        self._searched = {key: moment for key, moment in self._searched.items() if moment > old}
