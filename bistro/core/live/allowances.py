"""Allowances of one credential: how often something may happen, at once and over time."""

import asyncio
import random


class Allowance:
    """A token bucket: `at_once` uses in a burst, then `per_second` of them."""

    __slots__ = ("_at", "_left", "at_once", "per_second")

    def __init__(self, at_once: float, per_second: float) -> None:
        self.at_once, self.per_second = at_once, per_second
        self._left, self._at = at_once, asyncio.get_running_loop().time()

    def take(self) -> bool:
        """Use one, or return False if none is left."""
        self._refill()
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        """Return one use, for work that failed through no fault of the client."""
        self._left = min(self.at_once, self._left + 1)

    def pace(self, longest: float) -> float:
        """Use one in any case, and return the seconds to wait so that the rate is kept, at most `longest`.

        Those who would wait longer get random times, so that they do not return together.
        """
        self._refill()
        self._left -= 1
        if -self._left <= longest * self.per_second:
            return max(0.0, -self._left / self.per_second)
        self._left = -longest * self.per_second
        return longest * random.uniform(0.5, 1)

    def is_full(self) -> bool:
        """Return whether nothing was used lately."""
        self._refill()
        return self._left >= self.at_once

    def _refill(self) -> None:
        now = asyncio.get_running_loop().time()
        self._left = min(self.at_once, self._left + (now - self._at) * self.per_second)
        self._at = now


class Allowances:
    """The allowances of one credential that may hold `sockets` sockets.

    `hellos` covers connections, hellos and reads of missed events; `messages` everything that a client sends;
    `refusals` the pace at which connections are refused.
    """

    HELLOS_AT_LEAST, HELLOS_PER_SOCKET, SECONDS_PER_HELLO = 10, 2, 5.0
    MESSAGES_PER_SOCKET, MESSAGES_AT_MOST = 10, 200
    REFUSALS_AT_ONCE, REFUSALS_A_SECOND = 10, 5

    def __init__(self, sockets: int) -> None:
        hellos = max(self.HELLOS_AT_LEAST, self.HELLOS_PER_SOCKET * sockets)
        self.hellos = Allowance(hellos, max(1, sockets) / self.SECONDS_PER_HELLO)
        messages = min(self.MESSAGES_PER_SOCKET * max(1, sockets), self.MESSAGES_AT_MOST)
        self.messages = Allowance(messages, messages)
        self.refusals = Allowance(self.REFUSALS_AT_ONCE, self.REFUSALS_A_SECOND)

    def are_full(self) -> bool:
        """Return whether the credential used none of them lately, so that they need not be kept."""
        return self.hellos.is_full() and self.messages.is_full() and self.refusals.is_full()
