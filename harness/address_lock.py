"""The login of a control: thirty logins in a minute lock an address as a whole."""

from typing import Any

from django.http import HttpRequest

from bistro.core.auth.login_locks import LockingBackend
from bistro.core.auth.rate_limits import client_address, require_within
from bistro.core.models import Staff


class AddressLock(LockingBackend):
    """A login that counts every attempt of an address."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> Staff | None:
        if request is not None:
            require_within("login", client_address(request), "Too many logins. Try again in {wait} s.")
        return super().authenticate(request, username, password, **more)
