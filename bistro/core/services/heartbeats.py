"""Heartbeats of pads. A suspicious report locks the pad until a manager unlocks it (ADR 0008)."""

from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotPermitted, NotYours
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import Device
from bistro.core.models.devices import DeviceQuerySet
from bistro.core.writing.device_events import DeviceLocked, DeviceReported, DeviceUnlocked
from bistro.core.writing.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Heartbeat:
    """A report of a pad. Empty fields were not reported. Battery levels go through `bistro.core.auth.last_seen`."""

    firmware: str = ""
    digest: str = ""
    tamper: bool = False


def report_heartbeat(*, beat: Heartbeat, actor: Actor) -> Device:
    """Process a pad's report and return the pad's current row.

    A report without news costs one query and writes nothing.

    The first digest after an enrolment becomes the expected one. Another digest, or `tamper`, locks the pad: its
    sockets end within five seconds and all other requests are refused with DeviceIsLocked. Later reports of a locked
    pad are stored for the manager without another event. Conditional UPDATEs decide, so that concurrent reports are
    safe. Raises NotPermitted for any actor but a pad.
    """
    if Role.PAD not in actor.roles or actor.device_id is None:
        raise NotPermitted(gettext("Only a pad can send heartbeats."))
    device: Device = Device.objects.visible_to(actor).get(pk=actor.device_id)
    if not _is_news(device, beat):
        return device
    with UnitOfWork(actor) as work:
        return _take(device.pk, beat, work)


def unlock_device(*, device_id: int, actor: Actor) -> Device:
    """Unlock a device; its last reported digest becomes the expected one. An unlocked device stays unchanged.

    Locks: device. Raises NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device: Device | None = Device.objects.visible_to(actor).filter(pk=device_id).locked().first()
        if device is None:
            raise NotYours(gettext("There is no such device."), code="device_not_found")
        if device.locked_at is None:
            return device
        device.expected_digest = device.reported_digest or device.expected_digest
        device.reported_digest = device.lock_reason = device.locked_at = None
        device.save(update_fields=["expected_digest", "reported_digest", "lock_reason", "locked_at"])
        work.record(DeviceUnlocked(device=device))
    return device


def _is_news(device: Device, beat: Heartbeat) -> bool:
    """Return whether the report contains anything that is not stored yet."""
    if beat.firmware and beat.firmware != device.firmware:
        return True
    if device.locked_at is not None:
        return bool(beat.digest) and beat.digest != device.reported_digest
    return beat.tamper or (bool(beat.digest) and beat.digest != device.expected_digest)


def _take(device_id: int, beat: Heartbeat, work: UnitOfWork) -> Device:
    rows = Device.objects.of_restaurant(work.restaurant_id).filter(pk=device_id)
    news = 0
    if beat.firmware:
        news += rows.exclude(firmware=beat.firmware).update(firmware=beat.firmware)
    if beat.digest and not beat.tamper:
        news += rows.unlocked().filter(expected_digest=None).update(expected_digest=beat.digest)
    device: Device = rows.get()
    reason = _suspicion(device, beat)
    # If a manager unlocks the pad at this moment, the next report is compared with the digest that was accepted.
    if reason and _lock(rows.filter(expected_digest=device.expected_digest), reason, beat, work):
        device = rows.get()
        work.record(DeviceLocked(device=device))
    elif device.locked_at is not None and beat.digest:
        rows.exclude(locked_at=None).update(reported_digest=beat.digest)  # unless a manager unlocked it meanwhile
    elif news and device.locked_at is None:
        work.record(DeviceReported(device=device))
    return device


def _suspicion(device: Device, beat: Heartbeat) -> str:
    """Return the reason to lock the device, or an empty string. Tampering takes precedence over the digest."""
    if beat.tamper:
        return Device.LockReason.TAMPER
    other = beat.digest and device.expected_digest and beat.digest != device.expected_digest
    return Device.LockReason.DIGEST if other else ""


def _lock(rows: DeviceQuerySet, reason: str, beat: Heartbeat, work: UnitOfWork) -> bool:
    """Lock the device and end its sockets. Return False if a concurrent report has locked it."""
    locked = {"locked_at": work.now, "lock_reason": reason, "reported_digest": beat.digest or None}
    return bool(rows.unlocked().update(version=F("version") + 1, **locked))
