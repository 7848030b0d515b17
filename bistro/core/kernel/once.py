"""The idempotency key of an act that creates something, so that a repeated request creates it once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Once:
    """The idempotency key of a request, and the fingerprint of its body."""

    key: str
    fingerprint: str
