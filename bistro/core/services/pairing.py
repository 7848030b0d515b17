"""Pairing by a code that the screen shows: `open_pairing` there, a manager's claim, `collect_pairing` there again.

The claim is a step: the services that also hang the device somewhere call it (`kitchen.services.pairing`).
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, Overloaded, TooMany
from bistro.core.kernel.secrets import digest, new_code, new_token
from bistro.core.models import Device, Pairing
from bistro.core.services.devices import settle_token
from bistro.core.writing.device_events import DevicePaired
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction

LIFETIME = timedelta(minutes=10)
KEPT = timedelta(minutes=1)  # an expired code is still known so long: its screen comes for the next one
CODE_LENGTH = 6  # read across a kitchen; only a manager may try one, few times a minute
MOST_OPEN = 50  # screens that may wait at one address: a house sets up all its pads from behind one router


@dataclass(frozen=True, slots=True)
class Shown:
    """A code to show, and what the browser keeps to itself."""

    code: str
    secret: str
    expires_at: datetime


def open_pairing(*, address: str, replaces: str = "") -> Shown:
    """A code for a screen that nobody knows. `replaces` is the secret of the code that it showed before.

    Removes what is over. Raises TooMany when too many screens of this address wait already. Two that open at once may
    go one beyond: the limit keeps the table small, nothing hangs on its last row.
    """
    for _attempt in range(3):
        with suppress(IntegrityError):  # the same six characters twice: one in many millions
            return _open(address[:80], replaces)
    raise Overloaded("Try again in a moment.")


def _open(address: str, replaces: str) -> Shown:
    shown = Shown(new_code(CODE_LENGTH), new_token(), timezone.now() + LIFETIME)
    with UnitOfWork(Actor.system(None, "pairing")) as work:
        Pairing.objects.filter(expires_at__lt=work.now - KEPT).delete()
        Pairing.objects.filter(secret_hash=digest(replaces), device=None).delete()
        if Pairing.objects.filter(address=address, device=None, expires_at__gt=work.now).count() >= MOST_OPEN:
            words = f"{MOST_OPEN} screens already show a code here. Pair some of them first."
            raise TooMany(words, retry_after=int(LIFETIME.total_seconds()))
        Pairing.objects.create(
            code_hash=digest(shown.code),
            secret_hash=digest(shown.secret),
            address=address,
            expires_at=shown.expires_at,
        )
    return shown


def known_pairing(secret: str) -> Pairing | None:
    """What this browser's secret opened, also if its code has just ended."""
    return Pairing.objects.filter(secret_hash=digest(secret)).first() if secret else None


def typed_code(said: str) -> str:
    """A code as people type it: with gaps, hyphens and small letters."""
    return "".join(said.upper().split()).replace("-", "")


def claim_pairing(code: str, device: Device, work: UnitOfWork) -> None:
    """A step: the screen that shows `code` may collect the token of `device`, which the unit has locked or made.

    One UPDATE decides, so that a code is claimed once. What else waited to become this device does not any more.
    Raises InvalidInput when no screen shows the code (any more).
    """
    require_transaction()
    Pairing.objects.filter(device=device).delete()
    waiting = Pairing.objects.filter(code_hash=digest(typed_code(code)), device=None, expires_at__gt=work.now)
    claim = {"restaurant_id": work.restaurant_id, "device": device, "claimed_at": work.now}
    if waiting.update(**claim, expires_at=work.now + LIFETIME) != 1:
        raise InvalidInput(
            "No screen shows this code. Codes change every ten minutes: check the screen again.",
            code="invalid_code",
            fields={"code": ["Not shown by any screen."]},
        )
    work.record(DevicePaired(device=device))


def collect_pairing(*, secret: str) -> Device | None:
    """The device that this browser has become, or None while no manager has said so. Its secret is now the token; an
    earlier token ends, as after `devices.enrol`. Asked again, because the answer was lost: the same. Locks: device.
    """
    mine = Pairing.objects.filter(secret_hash=digest(secret), device__isnull=False, expires_at__gt=timezone.now())
    found = mine.select_related("device").first()
    if found is None:
        return None
    if found.collected_at is not None:
        return found.device if found.device.token_hash == found.secret_hash else None
    with UnitOfWork(Actor.system(found.restaurant_id, f"pairing of {found.device.name}")) as work:
        if mine.filter(collected_at=None).update(collected_at=work.now) != 1:
            raise LostRace("This screen is being set up right now. Try again.")  # it asked twice at once
        device: Device = Device.objects.filter(pk=found.device_id).locked().get()
        device.firmware = "browser"
        settle_token(device, found.secret_hash, work)
    return device
