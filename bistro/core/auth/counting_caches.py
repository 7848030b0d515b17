"""Django's caches, which can also count: one trip for many counters, each step atomic.

`cache.add` and `cache.incr` are three trips to Redis for one counter; a batch of orders has dozens.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class CountingMemoryCache(LocMemCache):
    """For one process."""

    def count(self, keys: Sequence[str], seconds: int) -> list[int]:
        """Add one to each counter, which lives for `seconds` from its first use; what they stand at now."""
        for key in keys:
            self.add(key, 0, timeout=seconds)
        return [self.incr(key) for key in keys]


class _CountingClient(RedisCacheClient):
    @cached_property
    def _counter(self) -> Any:
        """Kept: Django makes a client for every call, which costs as much as the call. Its connections are pooled."""
        return self.get_client(None, write=True)

    def count(self, keys: Sequence[str], seconds: int) -> list[int]:
        pipeline = self._counter.pipeline(transaction=False)
        for key in keys:
            pipeline.incr(key)
            pipeline.expire(key, seconds)
        return [int(value) for value in pipeline.execute()[::2]]


class CountingRedisCache(RedisCache):
    """Shared by all processes."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _CountingClient

    def count(self, keys: Sequence[str], seconds: int) -> list[int]:
        """Add one to each counter, which lives for `seconds` from its last use; what they stand at now.

        Raises redis.RedisError when the server is away or slow.
        """
        client: _CountingClient = self._cache  # type: ignore[attr-defined]  # the stubs do not know it
        return client.count([self.make_and_validate_key(key) for key in keys], seconds)
