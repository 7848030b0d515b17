"""Devices that this process has admitted, by the digest of their token.

A memory, not a proof: whoever uses it has the token checked again in its own transaction, so that a revoked, rotated
or locked device is refused at once in every process.
"""

import threading

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.secrets import digest

MOST = 10_000

_guard = threading.Lock()
_cached: dict[str, Actor] = {}


def cache_device(token_hash: str, actor: Actor) -> None:
    """It was just admitted with this token."""
    with _guard:
        if len(_cached) >= MOST:  # far more than any house has: somebody else's tokens, or years of rotations
            _cached.clear()
        _cached[token_hash] = actor


def cached_device(token: str) -> tuple[str, Actor] | None:
    """(digest, actor) of a token that was admitted here before, else None."""
    token_hash = digest(token)
    actor = _cached.get(token_hash)
    return (token_hash, actor) if actor is not None else None


def evict(token_hash: str) -> None:
    """It counts no more."""
    with _guard:
        _cached.pop(token_hash, None)
