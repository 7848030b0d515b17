"""Credentials of the API and of sockets: device token, JWT, session. Pages use Django's session (middleware.py).

Every authenticator returns `(user, actor)`, so `request.auth` is always the Actor.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponseBase
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token

from bistro.core.auth.access import SESSION_RESTAURANT, actor_of_device, request_actor, staff_actor
from bistro.core.auth.confirmations import AUTH_TIME
from bistro.core.auth.device_cache import cache_device
from bistro.core.auth.last_seen import record_member, record_seen
from bistro.core.auth.login_tokens import AccessToken, RefreshToken
from bistro.core.auth.refused import RefusedAPIException
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DeviceIsLocked
from bistro.core.kernel.secrets import digest
from bistro.core.models import Device, Staff
from bistro.core.services.devices import adopt_next_token
from bistro.core.speed.compiled_queries import CompiledQuery

DEVICE_COOKIE = "bistro_device"
DEVICE_COOKIE_AGE = 365 * 24 * 3600  # a device has no logout; managers revoke it
_SCHEMES = (b"device", b"bearer")


class DevicePrincipal(AnonymousUser):
    """The `request.user` of a device: authenticated, without an account."""

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        return True


def device_actor(token: str, *, admit_locked: bool = False) -> Actor | None:
    """Return the actor of a device token, or None. Raises DeviceIsLocked like `admitted_device`."""
    device = admitted_device(token, admit_locked=admit_locked)
    return actor_of_device(device) if device is not None else None


_devices_by_token = CompiledQuery(lambda token_hash: Device.objects.live().filter(token_hash=token_hash).order_by())


def admitted_device(token: str, *, admit_locked: bool = False) -> Device | None:
    """Return the device of a token, or None. The first use of a rotated token ends the old one.

    Raises DeviceIsLocked for a locked device, unless `admit_locked`.
    """
    hashed = digest(token)
    device = next(iter(_devices_by_token(hashed)), None)
    if device is None:
        device = Device.objects.live().filter(next_token_hash=hashed).first()
        if device is None:
            return None
        adopt_next_token(device_id=device.pk, token_hash=hashed)
    record_seen(device.pk)
    if device.locked_at is not None and not admit_locked:
        raise DeviceIsLocked
    cache_device(hashed, actor_of_device(device))
    return device


def set_device_cookie(answer: HttpResponseBase, token: str) -> None:
    """Set the device's cookie for a year."""
    answer.set_cookie(
        DEVICE_COOKIE,
        token,
        max_age=DEVICE_COOKIE_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def claims_for(staff: Staff, restaurant_id: int | None, typed_at: int | None = None) -> RefreshToken:
    """Return a refresh token (and through it access tokens) for a login in a restaurant.

    `typed_at` is when the password was typed, in seconds since 1970; None is now.
    """
    token = RefreshToken.for_user(staff)
    token["rid"] = restaurant_id
    token[AUTH_TIME] = int(time.time()) if typed_at is None else typed_at
    # Read from the row, because a login that has just upgraded its password hash holds an unsaved version.
    token["ver"] = Staff.objects.values_list("version", flat=True).get(pk=staff.pk)
    return token  # type: ignore[no-any-return,return-value]


def staff_of_token(token: Token) -> Staff | None:
    """Return the active login that a token names, unless its sessions were ended since."""
    staff = Staff.objects.filter(pk=token.get("user_id"), is_active=True).first()
    return staff if staff is not None and staff.version == token.get("ver") else None


def jwt_actor(raw: str) -> tuple[Staff, Actor] | None:
    """Return the login and the actor of an access token, or None."""
    try:
        token = AccessToken(raw)  # type: ignore[arg-type]
    except TokenError:
        return None
    staff = staff_of_token(token)
    if staff is None:
        return None
    actor = staff_actor(staff, token.get("rid"))
    record_member(actor)
    return staff, actor


class DeviceAuthentication(BaseAuthentication):
    """Authentication by `Authorization: Device <token>`.

    A locked device gets 403, unless the view has `admits_locked`.
    """

    def authenticate(self, request: Request) -> tuple[Any, Actor] | None:
        scheme, token = _credential(request)
        if scheme != b"device":
            return None
        view = request.parser_context.get("view")
        try:
            actor = device_actor(token, admit_locked=getattr(view, "admits_locked", False))
        except DeviceIsLocked as error:
            raise RefusedAPIException(error) from None
        if actor is None:
            raise exceptions.AuthenticationFailed(
                gettext("This device token is not known or was revoked."), "invalid_token"
            )
        return DevicePrincipal(), actor

    def authenticate_header(self, request: Request) -> str:
        return "Device"


class StaffTokenAuthentication(JWTAuthentication):
    """Authentication by `Authorization: Bearer <JWT>`."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        scheme, raw = _credential(request)
        if scheme != b"bearer":
            return None
        found = jwt_actor(raw)
        if found is None:
            raise exceptions.AuthenticationFailed(gettext("This token is not valid or has expired."), "invalid_token")
        return found


class StaffSessionAuthentication(SessionAuthentication):
    """Authentication by cookie and CSRF token, ignored if there is an Authorization header.

    The cookie is a login's session, or that of a shared tablet on which a person came by PIN.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        if get_authorization_header(request):
            return None
        found = super().authenticate(request)
        if found is None:
            return self._on_tablet(request)
        return found[0], staff_actor(found[0], request._request.session.get(SESSION_RESTAURANT))

    def _on_tablet(self, request: Request) -> tuple[Any, Any] | None:
        actor = request_actor(request._request)
        if actor is None or not actor.came_by_pin:
            return None
        self.enforce_csrf(request)
        return request._request.tablet_session.membership.staff, actor  # type: ignore[attr-defined]


TOKEN_ONLY = [DeviceAuthentication, StaffTokenAuthentication]


def _credential(request: Request) -> tuple[bytes, str]:
    """Return (scheme, secret) of the Authorization header. An unknown scheme is an error, not an anonymous request."""
    parts = get_authorization_header(request).split()
    if not parts:
        return b"", ""
    scheme = parts[0].lower()
    if scheme not in _SCHEMES or len(parts) != 2:
        raise exceptions.AuthenticationFailed(gettext("Use “Device <token>” or “Bearer <token>”."), "invalid_header")
    try:
        return scheme, parts[1].decode("ascii")
    except UnicodeDecodeError:
        raise exceptions.AuthenticationFailed(gettext("A token is plain ASCII."), "invalid_header") from None
