"""Django's caches with a counter: one round trip for many counters, each step atomic.

`cache.add` and `cache.incr` take three round trips to Redis for one counter, and a batch of orders has dozens.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class CountingMemoryCache(LocMemCache):
    """A counting cache for a single process."""

    def count(self, keys: Sequence[str], seconds: int) -> list[int]:
        """Add one to each counter and return the new values. A counter lives for `seconds` from its first use."""
        for key in keys:
            self.add(key, 0, timeout=seconds)
        return [self.incr(key) for key in keys]


class _CountingClient(RedisCacheClient):
    @cached_property
    def _counter(self) -> Any:
        """Return a cached client. Django creates one for every call, which costs as much as the call."""
        return self.get_client(None, write=True)

    def count(self, keys: Sequence[str], seconds: int) -> list[int]:
        pipeline = self._counter.pipeline(transaction=False)
        for key in keys:
            pipeline.incr(key)
            pipeline.expire(key, seconds)
        return [int(value) for value in pipeline.execute()[::2]]


class CountingRedisCache(RedisCache):
    """A counting cache that all processes share."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _CountingClient

    def count(self, keys: Sequence[str], seconds: int) -> list[int]:
        """Add one to each counter and return the new values. A counter lives for `seconds` from its last use.

        Raises redis.RedisError if the server is down or slow.
        """
        client: _CountingClient = self._cache  # type: ignore[attr-defined]  # missing in the stubs
        return client.count([self.make_and_validate_key(key) for key in keys], seconds)
