"""PINs at the entry points: who may be chosen on a lock screen, limits for each device, approvals of managers."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext

from bistro.core.auth.access import actor_of_member
from bistro.core.auth.rate_limits import require_within, uncount
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import PERMISSIONS, Permission
from bistro.core.models import Membership
from bistro.core.services import pin_proofs

WRONG = frozenset({"wrong_pin", "wrong_password", "throttled"})


def members_with_pin(actor: Actor, permission: Permission | None = None) -> list[Membership]:
    """Return the members who can come by PIN, by name; with a permission, those who can approve it."""
    rows = [member for member in pin_proofs.members(actor=actor).filter(pin__isnull=False) if _has(member, permission)]
    return sorted(rows, key=lambda member: member.staff.get_full_name().casefold())


def _has(member: Membership, permission: Permission | None) -> bool:
    return permission is None or permission in PERMISSIONS[member.role]


def approve_with_pin(*, membership_id: int, pin: str, permission: Permission, actor: Actor) -> Actor:
    """Return the actor of the member who approves, by PIN, what `actor` may not do alone.

    Call it before the service that needs the approval: it writes in units of work of its own, so that a wrong PIN
    counts whatever happens later. Raises NotYours, NotPermitted, InvalidInput (`wrong_pin`, `no_pin`), TooMany.
    """
    with limited_pins(actor):
        member = pin_proofs.approve(membership_id=membership_id, pin=pin, permission=permission, actor=actor)
    return actor_of_member(member)


@contextmanager
def limited_pins(actor: Actor) -> Iterator[None]:
    """Limit the wrong PINs of all members together on one device. Raises TooMany beyond the limit."""
    place = actor.credential if actor.device_id is None else f"device:{actor.device_id}"
    require_within("pin", place, gettext("Too many wrong PINs on this device. Try again in {wait} s."))
    wrong = False
    try:
        yield
    except DomainError as error:
        wrong = error.code in WRONG
        raise
    finally:
        if not wrong:
            uncount("pin", place)
