"""Rate limits that hold: one atomic `incr` on the shared cache, by credential or address.

Stock DRF throttles read, append and write a list; two requests at once both pass. Here a window is one counter.
"""

import contextlib
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from bistro.core.auth.access import request_actor
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import TooMany
from bistro.core.kernel.roles import Role

log = logging.getLogger(__name__)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_away = False  # the cache: a frozen one would cost each who asks half a second


def parse_rate(rate: str) -> tuple[int, int]:
    """`12/min` → (12, 60)."""
    count, period = rate.split("/")
    return int(count), _SECONDS[period[0]]


def over_limit(scope: str, who: str) -> int:
    """Count one use. 0 while within the limit, else the seconds until the window ends.

    A cache that is out of reach lets everybody through: orders matter more than limits.
    """
    return over_limits(scope, [who])[0]


def over_limits(scope: str, who: Sequence[str]) -> list[int]:
    """The same for many at once, in one trip. Who stands there twice is counted twice."""
    global _away
    count, seconds = parse_rate(settings.RATE_LIMITS[scope])
    within = [0] * len(who)
    if not who or _away:
        return within
    now = time.time()
    window = int(now // seconds)
    counting: Any = cache
    try:
        used = counting.count([_key(scope, name, window) for name in who], seconds + 1)
    except ValueError:  # it ended between two calls
        used = within
    except Exception as error:  # whatever the cache's client raises when its server is away
        _away = True
        log.warning("rate limits are off: the cache does not answer", extra={"error": repr(error)})
        return within
    left = max(1, int((window + 1) * seconds - now))
    return [left if times > count else 0 for times in used]


def require_within(scope: str, who: str, message: str) -> None:
    """Count one use. Raises TooMany beyond the limit; `{wait}` in the message becomes the seconds to wait."""
    wait = over_limit(scope, who)
    if wait:
        raise TooMany(message.format(wait=wait), retry_after=wait)


def reconnect_cache(*, now: datetime | None = None) -> None:
    """Ask a cache that was away whether it answers again, and turn the rate limits back on. A sweep calls it."""
    global _away
    if not _away:
        return
    counting: Any = cache
    with contextlib.suppress(Exception):  # whatever the cache's client raises when its server is away
        counting.count([_key("nobody", "looks", 0)], 60)
        _away = False
        log.warning("rate limits are on again: the cache answers")


def uncount(scope: str, who: str) -> None:
    """Take one use back: what succeeded does not count where only failures do (DECISIONS 24)."""
    global _away
    _count, seconds = parse_rate(settings.RATE_LIMITS[scope])
    if _away:
        return
    try:
        cache.decr(_key(scope, who, int(time.time() // seconds)))
    except ValueError:  # another window has begun
        pass
    except Exception as error:
        _away = True
        log.warning("rate limits are off: the cache does not answer", extra={"error": repr(error)})


def client_address(request: HttpRequest | Request) -> str:
    """Where a request comes from. X-Forwarded-For counts only behind NUM_PROXIES proxies.

    A request without an address (a Unix socket, a login in-process) comes from nowhere: PostgreSQL takes no other text.
    """
    return str(BaseThrottle().get_ident(request) or "0.0.0.0")  # type: ignore[arg-type]


def _key(scope: str, who: str, window: int) -> str:
    return f"limit:{scope}:{who}:{window}"


class AtomicThrottle(BaseThrottle):
    """Base: a scope of `settings.RATE_LIMITS` and whom to count."""

    scope = "credential"
    _wait = 0

    def who(self, request: Request) -> str | None:
        """The key to count under; None means no limit."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: object) -> bool:
        who = self.who(request)
        self._wait = over_limit(self.scope, who) if who else 0
        return self._wait == 0

    def wait(self) -> float:
        return float(self._wait)


class CredentialThrottle(AtomicThrottle):
    """A ceiling for each credential, far above service."""

    def who(self, request: Request) -> str | None:
        actor = request_actor(request)
        return actor.credential if actor else None


def order_scope(actor: Actor) -> str:
    """Which limit counts a device's orders: programs order for many guests, a pad for one table."""
    return "integration-order" if Role.INTEGRATION in actor.roles else "pad-order"


class OrderThrottle(AtomicThrottle):
    """Orders a credential may place: pads few, integrations many, staff without limit."""

    def who(self, request: Request) -> str | None:
        actor = request_actor(request)
        if actor is None or actor.is_staff:
            return None
        self.scope = order_scope(actor)
        return actor.credential


class HeartbeatThrottle(CredentialThrottle):
    """A pad's reports, which may write."""

    scope = "heartbeat"


class AddressThrottle(AtomicThrottle):
    """By address, for doors without a credential."""

    def who(self, request: Request) -> str:
        return client_address(request)


class EnrolThrottle(AddressThrottle):
    """Guessing one-time codes."""

    scope = "enrol"


class LoginThrottle(AddressThrottle):
    """Failed logins from one address, whatever the account; failures of one account are django-axes' matter."""

    scope = "login"


def login_succeeded(request: HttpRequest | Request) -> None:
    """Only failures count."""
    uncount("login", client_address(request))
