"""Credentials of sockets: an Authorization header, a socket pass, or a cookie from an allowed origin. Never a URL.

The credential is checked again every five seconds. A revoked or locked device, an ended login, a logged-out browser and
a person who has left a shared tablet are disconnected.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http.request import validate_host
from django.utils.crypto import constant_time_compare

from bistro.core.auth.access import SESSION_RESTAURANT, actor_of_device, staff_actor
from bistro.core.auth.authentication import DEVICE_COOKIE, admitted_device, jwt_actor
from bistro.core.auth.last_seen import record_seen
from bistro.core.auth.socket_passes import redeem_pass
from bistro.core.auth.tablets import session_of_device
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DeviceIsLocked
from bistro.core.kernel.roles import Role
from bistro.core.kernel.texts import NUL
from bistro.core.models import Device, Staff
from bistro.core.speed.compiled_queries import CompiledQuery


@dataclass(frozen=True, slots=True)
class Credential:
    """The actor of a socket, and the version and session that its rights depend on.

    On a shared tablet the version is the primary key of the person's session there.
    """

    actor: Actor
    version: int
    session_key: str = ""


def credential_of(scope: Mapping[str, Any]) -> Credential | None:
    """Return the credential of a handshake, or None. Runs queries; call it in a thread."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    if b"authorization" in headers:
        return _from_header(headers[b"authorization"].decode("latin-1"))
    for protocol in scope.get("subprotocols", []):
        if protocol.startswith("ticket."):
            found = _of(redeem_pass(protocol.removeprefix("ticket.")))
            return found if found and still_valid(found) else None  # rights can have ended since the pass was issued
    if not _origin_allowed(*(headers.get(name, b"").decode("latin-1") for name in (b"origin", b"host"))):
        return None
    return _from_cookies(headers.get(b"cookie", b"").decode("latin-1"))


_working_devices = CompiledQuery(lambda devices: Device.objects.live().unlocked().filter(pk__any_of=devices).order_by())


def still_valid(credential: Credential) -> bool:
    """Return whether the credential is valid and its actor unchanged. At most three queries."""
    return credential in still_valid_among({credential})


def still_valid_among(credentials: Collection[Credential]) -> set[Credential]:
    """Return the credentials that are still valid. One query for all devices, three for each login."""
    devices = {device.pk: device for device in _working_devices({c.actor.id for c in credentials if _is_device(c)})}
    valid = set()
    for credential in credentials:
        if not _is_device(credential):
            right = _login_is_valid(credential)
        else:
            device = devices.get(credential.actor.id)
            right = device is not None and _is_same(device, credential)
        if right:
            valid.add(credential)
    return valid


def _is_device(credential: Credential) -> bool:
    return credential.actor.kind == "device"


def _is_same(device: Device, credential: Credential) -> bool:
    """Return whether the device has the same rights as before, and record that it was seen."""
    if device.version != credential.version:
        return False
    record_seen(device.pk)
    return actor_of_device(device) == credential.actor


def _login_is_valid(credential: Credential) -> bool:
    actor = credential.actor
    if actor.came_by_pin:
        return _on_tablet(actor.device_id) == credential
    if credential.session_key and _session_staff(credential.session_key) is None:
        return False
    staff = Staff.objects.filter(pk=actor.id, is_active=True, version=credential.version).first()
    return staff is not None and staff_actor(staff, actor.restaurant_id) == actor


def _of(actor: Actor | None, session_key: str = "") -> Credential | None:
    """Return the actor's credential with its current version, which a revocation or an ended login raises."""
    if actor is None:
        return None
    if actor.came_by_pin:
        return _on_tablet(actor.device_id)
    rows: Any = Device.objects if actor.kind == "device" else Staff.objects
    version = rows.filter(pk=actor.id).values_list("version", flat=True).first()
    return Credential(actor, version, session_key) if version is not None else None


def _from_header(header: str) -> Credential | None:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() == "device":
        return _device(secret.strip())
    if scheme.lower() == "bearer":
        found = jwt_actor(secret.strip())
        return _of(found[1]) if found else None
    return None


def _origin_allowed(origin: str, host: str) -> bool:
    """Return whether the origin has our scheme, host and port. A missing or opaque origin is refused."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    schemes = ("https",) if settings.HTTPS else ("http", "https")
    same = parts.scheme in schemes and bool(parts.hostname) and origin.lower() == f"{parts.scheme}://{host.lower()}"
    return same and validate_host(parts.hostname or "", settings.ALLOWED_HOSTS)


def _from_cookies(header: str) -> Credential | None:
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return None
    session = cookies.get(settings.SESSION_COOKIE_NAME)
    if session is not None and NUL not in session.value:
        found = _session_staff(session.value)
        if found is not None:
            staff, restaurant_id = found
            return _of(staff_actor(staff, restaurant_id), session.value)
    device = cookies.get(DEVICE_COOKIE)
    own = _device(device.value) if device is not None else None
    if own is not None and Role.TABLET in own.actor.roles:
        return _on_tablet(own.actor.device_id) or own
    return own


def _device(token: str) -> Credential | None:
    """Return the credential of a device token. One query. A locked device gets None; over HTTP it is told why."""
    try:
        device = admitted_device(token)
    except DeviceIsLocked:
        return None
    return Credential(actor_of_device(device), device.version) if device is not None else None


def _on_tablet(device_id: int | None) -> Credential | None:
    """Return the credential of the person who works on a shared tablet now, or None."""
    session = None if device_id is None else session_of_device(device_id)
    return Credential(session.person, session.pk) if session is not None and not session.needs_new_pin else None


def _session_staff(session_key: str) -> tuple[Staff, int | None] | None:
    """Return the login and restaurant of a live session, checked as Django does (a changed password ends it)."""
    data = SessionStore(session_key).load()
    if BACKEND_SESSION_KEY not in data:
        return None
    staff = Staff.objects.filter(pk=data.get(SESSION_KEY, 0), is_active=True).first()
    if staff is None or not constant_time_compare(data.get(HASH_SESSION_KEY, ""), staff.get_session_auth_hash()):
        return None
    return staff, data.get(SESSION_RESTAURANT)
