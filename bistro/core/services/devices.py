"""Devices: create, make an enrolment code, enrol, rotate, revoke."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import IntegrityError
from django.db.models import Case, Value, When
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.secrets import digest, new_code, new_token
from bistro.core.models import Device, EnrolmentCode, Pairing
from bistro.core.writing.device_events import DeviceAdded, DeviceCodeMade, DeviceEnrolled, DeviceRevoked, DeviceRotated
from bistro.core.writing.unit_of_work import UnitOfWork

CODE_LIFETIME = timedelta(minutes=10)


def create_device(*, kind: str, name: str, actor: Actor) -> Device:
    """Add a device that is not enrolled yet. Raises InvalidInput when the name is taken, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device = add_device(kind, name, work)
    return device


def add_device(kind: str, name: str, work: UnitOfWork) -> Device:
    """A step for services that also hang the device somewhere. Raises InvalidInput."""
    name = name.strip()
    taken = InvalidInput(f"There is already a device called “{name}”.", fields={"name": ["Choose another name."]})
    if Device.objects.filter(restaurant_id=work.restaurant_id, name=name).exists():
        raise taken
    try:
        device = Device.objects.create(restaurant_id=work.restaurant_id, kind=kind, name=name)
    except IntegrityError:  # added in the meantime
        raise taken from None
    work.record(DeviceAdded(device=device))
    return device


def make_enrolment_code(*, device_id: int, actor: Actor) -> str:
    """A one-time code for ten minutes, shown to the manager once; older ones of this device end.

    Raises NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    code = new_code()
    with UnitOfWork(actor) as work:
        device = _locked(device_id, actor)
        EnrolmentCode.objects.filter(device=device, used_at=None).delete()
        EnrolmentCode.objects.create(
            restaurant_id=device.restaurant_id,
            device=device,
            code_hash=digest(code),
            expires_at=work.now + CODE_LIFETIME,
        )
        work.record(DeviceCodeMade(device=device))
    return code


def enrol(*, code: str, firmware: str = "") -> tuple[Device, str]:
    """Turn a one-time code into a token, which is told once. An earlier token of the device ends, and its next
    heartbeat says anew which software is the expected one. A locked device stays locked.

    Raises InvalidInput when the code is unknown, used or too old: one message for all three.
    """
    token = new_token()
    wrong = InvalidInput(
        "This code is not valid. Ask for a new one.", code="invalid_code", fields={"code": ["Not valid."]}
    )
    now = timezone.now()
    live = EnrolmentCode.objects.filter(code_hash=digest(code.strip().upper()), used_at=None, expires_at__gt=now)
    found = live.select_related("device").first()
    if found is None:
        raise wrong
    with UnitOfWork(Actor.system(found.restaurant_id, f"enrolment of {found.device.name}")) as work:
        if live.update(used_at=now) != 1:
            raise wrong
        device = Device.objects.filter(pk=found.device_id).locked().get()
        device.firmware = firmware[:40]
        settle_token(device, digest(token), work)
    return device, token


def rotate(*, actor: Actor) -> str:
    """A new token for the asking device; the old one works until the first use of the new. Raises NotPermitted."""
    if actor.device_id is None:
        raise NotPermitted("Only a device can rotate its token.")
    token = new_token()
    with UnitOfWork(actor) as work:
        device = Device.objects.visible_to(actor).filter(pk=actor.device_id).locked().get()
        device.next_token_hash = digest(token)
        device.save(update_fields=["next_token_hash"])
        work.record(DeviceRotated(device=device))
    return token


def adopt_next_token(*, device_id: int, token_hash: str) -> None:
    """The new token was used: the old one ends. One UPDATE decides, so that two first uses do no harm."""
    rows = Device.objects.filter(pk=device_id, next_token_hash=token_hash)
    rows.update(token_hash=token_hash, next_token_hash=None)


def revoke(*, device_id: int, actor: Actor) -> Device:
    """Its tokens end at once, its sockets within five seconds. Raises NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device = _locked(device_id, actor)
        device.token_hash = device.next_token_hash = None
        device.revoked_at = work.now
        device.version += 1
        device.save(update_fields=["token_hash", "next_token_hash", "revoked_at", "version"])
        EnrolmentCode.objects.filter(device=device, used_at=None).delete()
        Pairing.objects.filter(device=device).delete()
        work.record(DeviceRevoked(device=device))
    return device


def give_token(*, device_id: int, actor: Actor) -> str:
    """A token without a code, for set-up on the machine itself (the demo). Raises NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        return hand_token(_locked(device_id, actor), work)


def hand_token(device: Device, work: UnitOfWork) -> str:
    """A step: enrol a device that this unit of work has made or locked."""
    token = new_token()
    settle_token(device, digest(token), work)
    return token


def settle_token(device: Device, token_hash: str, work: UnitOfWork) -> None:
    """A step: from now on this token, and no earlier one, is the locked device's."""
    device.token_hash, device.next_token_hash, device.revoked_at = token_hash, None, None
    device.version += 1
    device.expected_digest = device.reported_digest = None  # it may be another thing now; a lock stays
    fields = ["token_hash", "next_token_hash", "revoked_at", "firmware", "version"]
    device.save(update_fields=[*fields, "expected_digest", "reported_digest"])
    work.record(DeviceEnrolled(device=device))


def note_seen(*, device_ids: Sequence[int]) -> None:
    """These devices spoke within the last minute. No event: it is no news."""
    Device.objects.filter(pk__in=device_ids).update(last_seen_at=timezone.now())


def note_batteries(*, levels: Mapping[int, int]) -> None:
    """What these devices last said of their batteries: {device: percent}. No event, one UPDATE."""
    cases = [When(pk=device_id, then=Value(level)) for device_id, level in levels.items()]
    Device.objects.filter(pk__in=list(levels)).update(battery=Case(*cases))


def _locked(device_id: int, actor: Actor) -> Device:
    device = Device.objects.visible_to(actor).filter(pk=device_id).locked().first()
    if device is None:
        raise NotYours("There is no such device.", code="device_not_found")
    return device
