"""Signatures of messages: `t=…,v1=…` over "t.body" with HMAC-SHA256, at most five minutes old or early."""

import hashlib
import hmac

TOLERANCE = 300  # seconds


def sign(body: bytes, secret: str, moment: int) -> str:
    """Return the header that signs a body."""
    return f"t={moment},v1={_code(body, secret, str(moment))}"


def is_signed(body: bytes, header: str, secret: str, now: float) -> bool:
    """Return whether a header signs this body, and not too long ago. One of several codes is enough."""
    parts = [part.strip().partition("=")[::2] for part in header.split(",")]
    moment = next((value for name, value in parts if name == "t"), "")
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 15) or abs(now - int(moment)) > TOLERANCE:
        return False
    wanted = _code(body, secret, moment).encode()
    return any(hmac.compare_digest(wanted, value.encode()) for name, value in parts if name == "v1")


def _code(body: bytes, secret: str, moment: str) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
