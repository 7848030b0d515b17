"""Locks after wrong passwords: of one account at one address, never of an account or an address as a whole (ADR 0036).

A browser or program that shows an earlier login of the account passes the lock and has a limit of its own.
"""

import hashlib
import math
import time
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext

from bistro.core.auth.known_logins import known_name
from bistro.core.auth.rate_limits import ask_cache, client_address
from bistro.core.kernel.errors import TooMany
from bistro.core.models import Staff

LOCK_SECONDS = 15 * 60
WRONG_PASSWORDS = 5
WRONG_PASSWORDS_OF_KNOWN = 20  # of one browser or token, so that a stolen one does not guess without limit


class LockingBackend(ModelBackend):
    """Django's login by e-mail and password, with locks. Raises TooMany while the login is locked.

    A login without a request (a command, a test) has no address and is not limited.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> Staff | None:
        if request is None or not username or not password:
            return self._check(request, username, password, more)
        attempt = LoginAttempt(request, username)
        attempt.require_open()
        staff = self._check(request, username, password, more)
        if staff is None:
            attempt.fail()
        # Failures that others made during the check count too, so that simultaneous guesses are no way around the lock.
        attempt.require_open()
        if staff is not None:
            attempt.forget_failures()
        return staff

    def _check(
        self, request: HttpRequest | None, username: str | None, password: str | None, more: dict[str, Any]
    ) -> Staff | None:
        return super().authenticate(request, username=username, password=password, **more)  # type: ignore[return-value]


class LoginAttempt:
    """An attempt to log in to an account from an address."""

    def __init__(self, request: HttpRequest, username: str) -> None:
        email = username.strip().casefold()
        account = hashlib.sha256(email.encode(errors="surrogatepass")).hexdigest()
        self._pair = Failures(f"{account}:{client_address(request)}", WRONG_PASSWORDS)
        known = known_name(request, email)
        self._known = None if known is None else Failures(f"{account}:{known}", WRONG_PASSWORDS_OF_KNOWN)

    def require_open(self) -> None:
        """Raise TooMany while the attempt is locked."""
        wait = (self._known or self._pair).locked_for()
        if wait:
            raise locked(wait)

    def fail(self) -> None:
        """Count a wrong password."""
        self._pair.add()
        if self._known:
            self._known.add()

    def forget_failures(self) -> None:
        """Forget earlier wrong passwords, but keep a lock that a known browser passed."""
        self._pair.forget()
        if self._known:
            self._known.forget()


class Failures:
    """The wrong passwords of one pair, in the shared cache. The last one allowed locks the pair.

    If the cache is down nothing is locked, because service matters more than limits.
    """

    def __init__(self, name: str, most: int) -> None:
        self._most = most
        self._count, self._lock = f"login:failures:{name}", f"login:lock:{name}"

    def locked_for(self) -> int:
        """Return the seconds until the lock ends, or 0.

        A full count without a lock is a lock that another request is about to write.
        """
        found: dict[str, Any] = ask_cache(lambda: cache.get_many([self._count, self._lock]), {})
        left = math.ceil(found.get(self._lock, 0) - time.time())
        if left > 0:
            return left
        return LOCK_SECONDS if found.get(self._count, 0) >= self._most else 0

    def add(self) -> None:
        """Count one wrong password, and write the lock with the last one allowed."""
        ask_cache(self._add, None)

    def _add(self) -> None:
        counting: Any = cache
        if counting.count([self._count], LOCK_SECONDS)[0] >= self._most:
            cache.set(self._lock, time.time() + LOCK_SECONDS, LOCK_SECONDS)
            cache.delete(self._count)

    def forget(self) -> None:
        """Start the count over."""
        ask_cache(lambda: cache.delete(self._count), False)


def locked(wait: int) -> TooMany:
    """Return the refusal of a locked login, which says when the lock ends."""
    minutes = math.ceil(wait / 60)
    left = "1 minute" if minutes == 1 else f"{minutes} minutes"
    return TooMany(gettext("Too many wrong passwords. Try again in %(left)s.") % {"left": left}, retry_after=wait)
