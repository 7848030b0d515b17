"""Pairing: a screen shows a code, a manager claims it, the screen collects its token.

The claim is a step of services that also assign the device a place (`kitchen.services.pairing`).
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.database.named_locks import lock_name
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, Overloaded, TooMany
from bistro.core.kernel.secrets import digest, new_code, new_token
from bistro.core.models import Device, Pairing
from bistro.core.services.devices import settle_token
from bistro.core.writing.device_events import DevicePaired
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction

LIFETIME = timedelta(minutes=10)
KEPT = timedelta(minutes=1)  # time in which the screen of an expired code can ask for the next one
CODE_LENGTH = 6  # short enough to read across a kitchen, because only managers can try one, a few times a minute
MOST_OPEN = 50  # open codes of one address, enough to set up all pads of a restaurant behind one router


@dataclass(frozen=True, slots=True)
class Shown:
    """A code to show, and the secret that only the browser knows."""

    code: str
    secret: str
    expires_at: datetime


def open_pairing(*, address: str, replaces: str = "") -> Shown:
    """Create a code for an unknown screen. `replaces` is the secret of the code that it showed before.

    Deletes expired codes. Raises TooMany if too many screens of this address show a code. Locks: the address.
    """
    for _attempt in range(3):
        with suppress(IntegrityError):  # a random collision with an open code
            return _open(address[:80], replaces)
    raise Overloaded(gettext("Try again in a moment."))


def _open(address: str, replaces: str) -> Shown:
    shown = Shown(new_code(CODE_LENGTH), new_token(), timezone.now() + LIFETIME)
    with UnitOfWork(Actor.system(None, "pairing")) as work:
        lock_name(f"pairing:{address}")  # two screens may not both become the last one allowed
        Pairing.objects.filter(expires_at__lt=work.now - KEPT).delete()
        Pairing.objects.filter(secret_hash=digest(replaces), device=None).delete()
        if Pairing.objects.filter(address=address, device=None, expires_at__gt=work.now).count() >= MOST_OPEN:
            words = gettext("%(count)s screens already show a code here. Pair some of them first.") % {
                "count": MOST_OPEN
            }
            raise TooMany(words % {"count": MOST_OPEN}, retry_after=int(LIFETIME.total_seconds()))
        Pairing.objects.create(
            code_hash=digest(shown.code),
            secret_hash=digest(shown.secret),
            address=address,
            expires_at=shown.expires_at,
        )
    return shown


def known_pairing(secret: str) -> Pairing | None:
    """Return the pairing opened with this browser's secret, even if its code has just expired."""
    return Pairing.objects.filter(secret_hash=digest(secret)).first() if secret else None


def typed_code(said: str) -> str:
    """Return a code without the gaps, hyphens and small letters that people type."""
    return "".join(said.upper().split()).replace("-", "")


def claim_pairing(code: str, device: Device, work: UnitOfWork) -> None:
    """Let the screen that shows `code` collect the token of `device`.

    A step; the unit has created or locked the device.

    One UPDATE decides, so that a code is claimed once. Earlier claims of the device end. Raises InvalidInput if no
    screen shows the code.
    """
    require_transaction()
    Pairing.objects.filter(device=device).delete()
    waiting = Pairing.objects.filter(code_hash=digest(typed_code(code)), device=None, expires_at__gt=work.now)
    claim = {"restaurant_id": work.restaurant_id, "device": device, "claimed_at": work.now}
    if waiting.update(**claim, expires_at=work.now + LIFETIME) != 1:
        raise InvalidInput(
            gettext("No screen shows this code. Codes change every ten minutes: check the screen again."),
            code="invalid_code",
            fields={"code": [gettext("Not shown by any screen.")]},
        )
    work.record(DevicePaired(device=device))


def collect_pairing(*, secret: str) -> Device | None:
    """Return the device that this browser has become, or None before a manager's claim.

    The browser's secret becomes the token and an earlier token ends, as after `devices.enrol`. Repeated calls return
    the same device, because a response can be lost. Locks: device.
    """
    mine = Pairing.objects.filter(secret_hash=digest(secret), device__isnull=False, expires_at__gt=timezone.now())
    found = mine.select_related("device").first()
    if found is None:
        return None
    if found.collected_at is not None:
        return found.device if found.device.token_hash == found.secret_hash else None
    with UnitOfWork(Actor.system(found.restaurant_id, f"pairing of {found.device.name}")) as work:
        if mine.filter(collected_at=None).update(collected_at=work.now) != 1:
            raise LostRace(
                gettext("This screen is being set up right now. Try again.")
            )  # a concurrent request collected it
        device: Device = Device.objects.filter(pk=found.device_id).locked().get()
        device.firmware = "browser"
        settle_token(device, found.secret_hash, work)
    return device
