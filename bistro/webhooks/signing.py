"""Secrets of webhooks and signatures made with them.

A receiver computes HMAC-SHA256 of `t`, a full stop and the body, with the secret as key, and compares it with each
`v1`.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

from bistro.webhooks.models import Hook

PREFIX = "whsec_"
OLD_SECRET_WORKS = timedelta(days=1)  # time for the receiver to enter the new one


def secret_of(uid: UUID, number: int) -> str:
    """Return a secret of a webhook. The installation's key makes it, so it is stored nowhere."""
    made = salted_hmac("bistro.webhook", f"{uid}:{number}", algorithm="sha256").digest()
    return PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")


def signature(hook: Hook, body: bytes, now: datetime) -> str:
    """Return the header `Bistro-Signature`: the time and one signature for each secret that is valid now."""
    seconds = int(now.timestamp())
    numbers = [hook.secret_number]
    if hook.old_secret_until is not None and now < hook.old_secret_until:
        numbers.append(hook.secret_number - 1)
    signed = [_signed(secret_of(hook.uid, number), seconds, body) for number in numbers]
    return ",".join([f"t={seconds}", *(f"v1={each}" for each in signed)])


def _signed(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
