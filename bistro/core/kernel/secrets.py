"""Random secrets: the installation's key, device tokens, one-time codes."""

import fcntl
import hashlib
import os
import secrets
from pathlib import Path

# No 0/O, 1/I/L: people read these aloud and type them with wet hands.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
SHORTEST_KEY = 50  # characters; Django's own lower bound for a good key


def secret_key(path: Path) -> str:
    """Return the installation's secret key; generate it into `path` (mode 600) at the first call.

    A file lock makes processes that start together agree on one key. A file left empty by a process that died is filled
    by the next one.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        key = file.read().strip()
        if len(key) < SHORTEST_KEY:
            key = secrets.token_urlsafe(64)
            file.seek(0)
            file.truncate()
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
    return key


def new_token() -> str:
    """Return a new 256-bit device token as URL-safe text."""
    return secrets.token_urlsafe(32)


def new_code(length: int = 8) -> str:
    """Return a one-time code that people can read aloud (8 characters have 39 bits; rate limits bound the attempts)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def digest(secret: str) -> str:
    """Return the stored form of a token or code: SHA-256 as hex.

    Tokens are random, so neither salt nor slow hash is needed.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
