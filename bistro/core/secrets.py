"""Random secrets: the installation's key, device tokens, one-time codes."""

import hashlib
import os
import secrets
from pathlib import Path

# No 0/O, 1/I/L: people read these aloud and type them with wet hands.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def secret_key(path: Path) -> str:
    """The installation's secret key, generated into `path` (mode 600) the first time.

    Two processes that start together agree: the file is created exclusively, the loser reads the winner's.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _wait_for_key(path)
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(64)
        file.write(key)
    return key


def _wait_for_key(path: Path) -> str:
    key = path.read_text().strip()
    if len(key) < 32:  # the process that created it died before it wrote
        key = secrets.token_urlsafe(64)
        path.write_text(key)
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
