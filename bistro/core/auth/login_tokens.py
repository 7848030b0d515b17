"""Login tokens (JWT) that survive a step of the server's clock.

A clock that is put back makes tokens of the last minutes look as if they came from the future. PyJWT refuses them, and
its leeway would lengthen the life of every token too.
"""

from datetime import timedelta
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken
from rest_framework_simplejwt.settings import api_settings


class ClockTolerantBackend(TokenBackend):
    """A token backend with leeway for `iat` alone; `exp` is exact."""

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        try:
            options: Any = {"verify_iat": False, "verify_aud": False, "verify_signature": verify}
            key = self.get_verifying_key(token)
            payload: dict[str, Any] = jwt.decode(token, key, algorithms=[self.algorithm], options=options)
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken("Token is expired") from error
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("Token is invalid") from error
        if verify:
            _require_sane_iat(payload)
        return payload


def _require_sane_iat(payload: dict[str, Any]) -> None:
    """Raise TokenBackendError for a token issued a day or more in the future, or without a number as its time."""
    issued = payload.get("iat")
    latest = (timezone.now() + timedelta(seconds=settings.LOGIN_CLOCK_STEP_SECONDS)).timestamp()
    if isinstance(issued, bool) or not isinstance(issued, int | float) or not issued < latest:
        raise TokenBackendError("Token is invalid")


_backend = ClockTolerantBackend(api_settings.ALGORITHM, api_settings.SIGNING_KEY)


class AccessToken(tokens.AccessToken):
    """The token of one login for half an hour."""

    _token_backend = _backend


class RefreshToken(tokens.RefreshToken):
    """The token that renews a login."""

    _token_backend = _backend
    access_token_class = AccessToken
