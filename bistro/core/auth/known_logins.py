"""Proof of an earlier login, with which a browser or program passes a lock of its account (ADR 0036)."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from bistro.core.models import Staff

KNOWN_COOKIE = "bistro_known"
KNOWN_SECONDS = 365 * 24 * 3600
MOST_LOGINS = 40  # people who share a browser; the cookie stays far below 4 KiB
_SALT = "bistro.known-logins"


@dataclass(frozen=True, slots=True)
class _Known:
    """The name of a browser or token, and the logins that it has proved before."""

    name: str
    staff_ids: tuple[int, ...]


def remember_login(request: HttpRequest, answer: HttpResponseBase, staff: Staff) -> None:
    """Set the signed cookie that proves this login the next time, beside the earlier logins of this browser."""
    known = _of_cookie(request) or _Known(f"browser:{secrets.token_hex(8)}", ())
    others = [staff_id for staff_id in known.staff_ids if staff_id != staff.pk]
    value = {"name": known.name, "staff": [staff.pk, *others][:MOST_LOGINS]}
    answer.set_cookie(
        KNOWN_COOKIE,
        signing.dumps(value, salt=_SALT),
        max_age=KNOWN_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def known_name(request: HttpRequest, email: str) -> str | None:
    """Return the name of the browser or token that shows an earlier login of this account, or None.

    A request without such a proof costs no query.
    """
    shown = [known for known in (_of_cookie(request), _of_token(request)) if known is not None]
    if not shown:
        return None
    staff_id = Staff.objects.filter(email__iexact=email).values_list("pk", flat=True).first()
    return next((known.name for known in shown if staff_id in known.staff_ids), None)


def _of_cookie(request: HttpRequest) -> _Known | None:
    """Return what the cookie proves, or None if it is absent, forged or too old."""
    try:
        value = signing.loads(request.COOKIES.get(KNOWN_COOKIE, ""), salt=_SALT, max_age=KNOWN_SECONDS)
    except signing.BadSignature:
        return None
    return _Known(value["name"], tuple(value["staff"]))


def _of_token(request: HttpRequest) -> _Known | None:
    """Return what an access or refresh token in the Authorization header proves, also after its end, or None."""
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    key: Any = settings.SIMPLE_JWT["SIGNING_KEY"]
    options: Any = {"verify_exp": False, "verify_iat": False, "require": ["exp", "jti", "user_id"]}
    try:
        claims = jwt.decode(raw.strip(), key, algorithms=["HS256"], options=options)
        if claims["exp"] < time.time() - KNOWN_SECONDS:
            return None
        return _Known(f"token:{claims['jti']}", (int(claims["user_id"]),))
    except (jwt.InvalidTokenError, ValueError):
        return None
