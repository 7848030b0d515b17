"""A cache of devices that this process has authenticated, by the digest of their token.

A hit proves nothing: its user checks the token again in its own transaction, so that a revoked, rotated or locked
device is refused at once in every process.
"""

import threading

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.secrets import digest

MOST = 10_000

_guard = threading.Lock()
_cached: dict[str, Actor] = {}


def cache_device(token_hash: str, actor: Actor) -> None:
    """Store a device that was just authenticated with this token."""
    with _guard:
        if len(_cached) >= MOST:  # far more than any installation has devices, so most entries are old tokens
            _cached.clear()
        _cached[token_hash] = actor


def cached_device(token: str) -> tuple[str, Actor] | None:
    """Return (digest, actor) of a token that this process has authenticated, else None."""
    token_hash = digest(token)
    actor = _cached.get(token_hash)
    return (token_hash, actor) if actor is not None else None


def evict(token_hash: str) -> None:
    """Evict this token from the cache."""
    with _guard:
        _cached.pop(token_hash, None)
