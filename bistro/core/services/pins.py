"""Services of PINs: set, reset and forget."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.kernel.pins import one_time_pin, require_good_pin
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import Membership, Pin, PinTries
from bistro.core.services.pin_proofs import hash_of, is_pin, members, prove_password, prove_pin
from bistro.core.writing.pin_events import PinForgotten, PinReset, PinSet
from bistro.core.writing.tablet_steps import end_sessions
from bistro.core.writing.unit_of_work import UnitOfWork

ONE_TIME_FOR = timedelta(hours=24)


def set_pin(*, new_pin: str, actor: Actor, pin: str = "", password: str = "") -> None:
    """Set the actor's own PIN, proved by the password or the present PIN.

    Sessions that the old PIN opened on other tablets end. Locks: membership. Raises InvalidInput (weak PIN, wrong
    proof), TooMany after wrong proofs, NotPermitted for a device.
    """
    require_good_pin(new_pin)
    member = members(actor=actor).filter(staff_id=actor.id).first() if actor.is_staff else None
    if member is None:
        raise NotPermitted(gettext("Only a member of staff has a PIN."))
    if password:
        prove_password(membership_id=member.pk, password=password, actor=actor)
    else:
        prove_pin(membership_id=member.pk, pin=pin, actor=actor)
    _store(member, new_pin, actor)


def replace_one_time_pin(*, new_pin: str, actor: Actor) -> None:
    """Set the PIN of the member who has just come to the actor's tablet with a one-time PIN.

    Locks: membership. Raises InvalidInput for a weak PIN, NotPermitted if nobody came so.
    """
    require_good_pin(new_pin)
    came = members(actor=actor).filter(tablet_sessions__device_id=actor.device_id, tablet_sessions__ended_at=None)
    member = came.filter(pin__one_time_until__isnull=False).first() if actor.device_id is not None else None
    if member is None:
        raise NotPermitted(gettext("Enter your one-time PIN first."))
    if is_pin(member, new_pin):
        words = gettext("Choose another PIN than the one-time PIN.")
        raise InvalidInput(words, code="weak_pin", fields={"new_pin": [words]})
    name = member.staff.get_full_name()
    person = Actor("staff", member.staff_id, member.restaurant_id, frozenset(), actor.device_id, name)
    _store(member, new_pin, person)


def reset_pin(*, membership_id: int, actor: Actor) -> str:
    """Return a one-time PIN for a member, who must replace it within a day. Locks and sessions of the old PIN end.

    Locks: membership. Raises NotYours, NotPermitted (only an owner resets the PIN of an owner).
    """
    actor.require(Permission.MANAGE)
    new_pin = one_time_pin()
    pin_hash = hash_of(membership_id, new_pin)
    with UnitOfWork(actor) as work:
        member = _locked(membership_id, work)
        _write(member, pin_hash, work, one_time_until=work.now + ONE_TIME_FOR)
        end_sessions("ended", work, Q(membership=member))
        work.record(PinReset(membership=member))
    return new_pin


def forget_pin(*, membership_id: int, actor: Actor) -> None:
    """Remove the PIN of a member, for a manager or for the member. Sessions on tablets end.

    Locks: membership. Raises NotYours, NotPermitted (only an owner removes the PIN of an owner).
    """
    with UnitOfWork(actor) as work:
        member = _locked(membership_id, work)
        if Pin.objects.of_restaurant(work.restaurant_id).filter(membership=member).delete()[0]:
            end_sessions("ended", work, Q(membership=member))
            work.record(PinForgotten(membership=member))


def _locked(membership_id: int, work: UnitOfWork) -> Membership:
    """Lock and return a member whose PIN the actor may change. Raises NotYours, NotPermitted."""
    actor = work.actor
    rows = Membership.objects.of_restaurant(work.restaurant_id).filter(pk=membership_id)
    member: Membership | None = rows.select_related("staff").locked().first()
    if member is None:
        raise NotYours(gettext("There is no such member."), code="member_not_found")
    if actor.is_staff and actor.id == member.staff_id:
        return member
    actor.require(Permission.MANAGE)
    if member.role == Role.OWNER and actor.kind != "system" and Role.OWNER not in actor.roles:
        raise NotPermitted(gettext("Only an owner can change the PIN of an owner."))
    return member


def _store(own: Membership, new_pin: str, actor: Actor) -> None:
    """Store the PIN that the acting member has chosen, and end the member's sessions on other tablets."""
    pin_hash = hash_of(own.pk, new_pin)
    with UnitOfWork(actor) as work:
        member = _locked(own.pk, work)
        _write(member, pin_hash, work)
        end_sessions("ended", work, Q(membership=member) & ~Q(device_id=actor.device_id))
        work.record(PinSet(membership=member))


def _write(member: Membership, pin_hash: str, work: UnitOfWork, one_time_until: datetime | None = None) -> None:
    """Write the PIN, and lift the locks after wrong tries of the old one."""
    values = {"hash": pin_hash, "one_time_until": one_time_until, "set_at": work.now}
    own = {"restaurant_id": work.restaurant_id}
    Pin.objects.update_or_create(membership=member, defaults=values, create_defaults={**values, **own})
    PinTries.objects.of_restaurant(work.restaurant_id).filter(membership=member).delete()
