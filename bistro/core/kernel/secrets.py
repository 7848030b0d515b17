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
    """The installation's secret key, generated into `path` (mode 600) the first time.

    Processes that start together agree: one at a time holds the file's lock and reads or writes. A file that a
    process left empty when it died is filled by the next.
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
    """A 256-bit token for a device, as text."""
    return secrets.token_urlsafe(32)


def new_code(length: int = 8) -> str:
    """A one-time code that a person can read aloud (8 characters: 39 bits, 10 minutes, limited tries)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def digest(secret: str) -> str:
    """What is stored of a token or code: SHA-256, hex. Tokens are random, so no salt or slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
