"""Services of devices: create, make an enrolment code, enrol, rotate, revoke."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import IntegrityError
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.secrets import digest, new_code, new_token
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Device, EnrolmentCode, Membership, Pairing
from bistro.core.writing.device_events import DeviceAdded, DeviceCodeMade, DeviceEnrolled, DeviceRevoked, DeviceRotated
from bistro.core.writing.tablet_steps import end_sessions
from bistro.core.writing.unit_of_work import UnitOfWork

CODE_LIFETIME = timedelta(minutes=10)


def create_device(*, kind: str, name: str, actor: Actor) -> Device:
    """Create a device that is not enrolled yet. Raises InvalidInput if the name is taken, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device = add_device(kind, name, work)
    return device


def add_device(kind: str, name: str, work: UnitOfWork) -> Device:
    """Create a device as a step of services that also assign it a place. Raises InvalidInput."""
    name = clean_text(name)
    taken = InvalidInput(
        gettext("There is already a device called “%(name)s”.") % {"name": name},
        fields={"name": [gettext("Choose another name.")]},
    )
    if Device.objects.filter(restaurant_id=work.restaurant_id, name=name).exists():
        raise taken
    try:
        device = Device.objects.create(restaurant_id=work.restaurant_id, kind=kind, name=name)
    except IntegrityError:  # added in the meantime
        raise taken from None
    work.record(DeviceAdded(device=device))
    return device


def make_enrolment_code(*, device_id: int, actor: Actor) -> str:
    """Return a new one-time code, valid for ten minutes. Earlier codes of the device become invalid.

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
    """Exchange a one-time code for a token, which is returned only once.

    An earlier token of the device ends. Its next heartbeat sets the expected digest again. A locked device stays
    locked. Raises InvalidInput with the same message for an unknown, used or expired code.
    """
    token = new_token()
    wrong = InvalidInput(
        gettext("This code is not valid. Ask for a new one."),
        code="invalid_code",
        fields={"code": [gettext("Not valid.")]},
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
    """Return a new token for the calling device.

    The old one is valid until the first use of the new. Raises NotPermitted.
    """
    if actor.kind != "device" or actor.device_id is None:
        raise NotPermitted(gettext("Only a device can rotate its token."))
    token = new_token()
    with UnitOfWork(actor) as work:
        device = Device.objects.visible_to(actor).filter(pk=actor.device_id).locked().get()
        device.next_token_hash = digest(token)
        device.save(update_fields=["next_token_hash"])
        work.record(DeviceRotated(device=device))
    return token


def adopt_next_token(*, device_id: int, token_hash: str) -> None:
    """Make the new token the only one after its first use. One UPDATE decides between concurrent first uses."""
    rows = Device.objects.filter(pk=device_id, next_token_hash=token_hash)
    with UnitOfWork(Actor.system(None, "first use of a token")):
        rows.update(token_hash=token_hash, next_token_hash=None)


def revoke(*, device_id: int, actor: Actor) -> Device:
    """Revoke a device. Its tokens end at once, its sockets within five seconds. Raises NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device = _locked(device_id, actor)
        device.token_hash = device.next_token_hash = None
        device.revoked_at = work.now
        device.version += 1
        device.save(update_fields=["token_hash", "next_token_hash", "revoked_at", "version"])
        EnrolmentCode.objects.filter(device=device, used_at=None).delete()
        Pairing.objects.filter(device=device).delete()
        end_sessions("ended", work, Q(device=device))
        work.record(DeviceRevoked(device=device))
    return device


def give_token(*, device_id: int, actor: Actor) -> str:
    """Return a token without a code, for a set-up on the server itself (the demo). Raises NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        return hand_token(_locked(device_id, actor), work)


def hand_token(device: Device, work: UnitOfWork) -> str:
    """Enrol a device that this unit of work has created or locked. A step."""
    token = new_token()
    settle_token(device, digest(token), work)
    return token


def settle_token(device: Device, token_hash: str, work: UnitOfWork) -> None:
    """Replace every token of the locked device, and end the session of a person on the old hardware. A step."""
    device.token_hash, device.next_token_hash, device.revoked_at = token_hash, None, None
    device.version += 1
    device.expected_digest = device.reported_digest = None  # the hardware may have been replaced; a lock stays
    fields = ["token_hash", "next_token_hash", "revoked_at", "firmware", "version"]
    device.save(update_fields=[*fields, "expected_digest", "reported_digest"])
    end_sessions("ended", work, Q(device=device))
    work.record(DeviceEnrolled(device=device))


def note_seen(*, device_ids: Sequence[int]) -> None:
    """Set `last_seen_at` of devices that sent a request within the last minute. Records no event."""
    # Without a unit of work, because the live feed's tail must not queue behind orders.
    Device.objects.filter(pk__in=device_ids).update(last_seen_at=timezone.now())


def note_members_seen(*, restaurant_id: int, staff_ids: Sequence[int]) -> None:
    """Set `last_seen_at` of the members of one restaurant who were at work within the last minute."""
    # Without a unit of work, like `note_seen`.
    Membership.objects.of_restaurant(restaurant_id).filter(staff_id__in=staff_ids).update(last_seen_at=timezone.now())


def note_batteries(*, levels: Mapping[int, int]) -> None:
    """Store the last reported battery levels, {device: percent}, in one UPDATE. Records no event."""
    # Without a unit of work, like `note_seen`.
    cases = [When(pk=device_id, then=Value(level)) for device_id, level in levels.items()]
    Device.objects.filter(pk__in=list(levels)).update(battery=Case(*cases))


def _locked(device_id: int, actor: Actor) -> Device:
    device = Device.objects.visible_to(actor).filter(pk=device_id).locked().first()
    if device is None:
        raise NotYours(gettext("There is no such device."), code="device_not_found")
    return device
