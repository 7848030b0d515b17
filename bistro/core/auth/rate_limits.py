"""Rate limits: one atomic `incr` on the shared cache, by credential or address.

DRF's own throttles read, append and write a list, so two concurrent requests both pass. Here a window is one counter.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from bistro.core.auth.access import request_actor
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, TooMany
from bistro.core.kernel.roles import Role

T = TypeVar("T")
TOO_MANY_TRIES = gettext_lazy("Too many tries. Try again in {wait} s.")
log = logging.getLogger(__name__)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_away = False  # whether the cache is down, because waiting for it would cost every request half a second


def parse_rate(rate: str) -> tuple[int, int]:
    """Return (count, seconds) of a rate: `12/min` → (12, 60)."""
    count, period = rate.split("/")
    return int(count), _SECONDS[period[0]]


def over_limit(scope: str, who: str) -> int:
    """Count one use. Return 0 within the limit, else the seconds until the window ends.

    If the cache is down every request passes, because orders matter more than limits.
    """
    return over_limits(scope, [who])[0]


def over_limits(scope: str, who: Sequence[str]) -> list[int]:
    """Count one use of each key like `over_limit`, in one round trip. A repeated key is counted each time."""
    count, seconds = parse_rate(settings.RATE_LIMITS[scope])
    within = [0] * len(who)
    if not who:
        return within
    now = time.time()
    window = int(now // seconds)
    counting: Any = cache
    used = ask_cache(lambda: counting.count([_key(scope, name, window) for name in who], seconds + 1), within)
    left = max(1, int((window + 1) * seconds - now))
    return [left if times > count else 0 for times in used]


def ask_cache(question: Callable[[], T], otherwise: T) -> T:
    """Return the cache's answer, or `otherwise` if the cache is down or a counter ended between two calls.

    A cache that does not answer is not asked again before `reconnect_cache`.
    """
    global _away
    if _away:
        return otherwise
    try:
        return question()
    except ValueError:  # the counter's window ended meanwhile
        return otherwise
    except Exception as error:  # the cache's client raises many types when its server is down
        _away = True
        log.warning("rate limits are off: the cache does not answer", extra={"error": repr(error)})
        return otherwise


def require_within(scope: str, who: str, message: str) -> None:
    """Count one use. Raises TooMany beyond the limit; `{wait}` in the message becomes the seconds to wait."""
    wait = over_limit(scope, who)
    if wait:
        raise TooMany(message.format(wait=wait), retry_after=wait)


def reconnect_cache(*, now: datetime | None = None) -> None:
    """Check whether a cache that was down answers again, and turn the rate limits back on. Runs as a sweep."""
    global _away
    if not _away:
        return
    counting: Any = cache
    with contextlib.suppress(Exception):  # the cache's client raises many types when its server is down
        counting.count([_key("nobody", "looks", 0)], 60)
        _away = False
        log.warning("rate limits are on again: the cache answers")


def uncount(scope: str, who: str) -> None:
    """Take one use back, for limits that count failures only."""
    _count, seconds = parse_rate(settings.RATE_LIMITS[scope])
    ask_cache(lambda: cache.decr(_key(scope, who, int(time.time() // seconds))), 0)


@contextlib.contextmanager
def limited_codes(who: str, scope: str = "enrol") -> Iterator[None]:
    """Limit guesses of a code that is short enough to type. Only `invalid_code` counts as a guess.

    Raises TooMany beyond the limit, before the code is looked at.
    """
    require_within(scope, who, gettext("Too many wrong codes. Try again in {wait} s."))
    wrong = False
    try:
        yield
    except DomainError as error:
        wrong = error.code == "invalid_code"
        raise
    finally:
        if not wrong:
            uncount(scope, who)


@contextlib.contextmanager
def limited_refusals(scope: str, who: str, code: str) -> Iterator[None]:
    """Limit the refusals of a long token, which have this code; beyond the limit they become TooMany.

    The right token of somebody else at the same address is always accepted.
    """
    try:
        yield
    except DomainError as error:
        if error.code == code:
            require_within(scope, who, str(TOO_MANY_TRIES))
        raise


def client_address(request: HttpRequest | Request) -> str:
    """Return the client's address. X-Forwarded-For counts only behind NUM_PROXIES proxies.

    A request without an address (Unix socket, in-process login) gets 0.0.0.0, because the column takes no empty text.
    """
    return str(BaseThrottle().get_ident(request) or "0.0.0.0")  # type: ignore[arg-type]


def _key(scope: str, who: str, window: int) -> str:
    return f"limit:{scope}:{who}:{window}"


class AtomicThrottle(BaseThrottle):
    """Base class of throttles: a scope of `settings.RATE_LIMITS` and the key to count."""

    scope = "credential"
    _wait = 0

    def who(self, request: Request) -> str | None:
        """Return the key to count under. None means no limit."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: object) -> bool:
        who = self.who(request)
        self._wait = over_limit(self.scope, who) if who else 0
        return self._wait == 0

    def wait(self) -> float:
        return float(self._wait)


class CredentialThrottle(AtomicThrottle):
    """A ceiling for each credential, far above normal service."""

    def who(self, request: Request) -> str | None:
        actor = request_actor(request)
        return actor.credential if actor else None


def order_scope(actor: Actor) -> str:
    """Return the name of the limit for a device's orders: integrations order for many guests, a pad for one table."""
    return "integration-order" if Role.INTEGRATION in actor.roles else "pad-order"


class OrderThrottle(AtomicThrottle):
    """A limit on orders: low for pads, high for integrations, none for staff."""

    def who(self, request: Request) -> str | None:
        actor = request_actor(request)
        if actor is None or actor.is_staff:
            return None
        self.scope = order_scope(actor)
        return actor.credential


class HeartbeatThrottle(CredentialThrottle):
    """A limit on a pad's heartbeats, which may write."""

    scope = "heartbeat"


class CallThrottle(CredentialThrottle):
    """A limit on the service calls of a pad."""

    scope = "pad-call"
