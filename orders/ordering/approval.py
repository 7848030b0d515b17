"""Approvals of managers by PIN in forms of the order screen: the fields `approver` (a membership) and `pin`."""

from collections.abc import Mapping

from bistro.core.auth.pins import approve_with_pin, members_with_pin
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.models import Membership


def approvers(actor: Actor, permission: Permission) -> list[Membership]:
    """Return the managers who can approve an act that the actor may not do alone; empty if the actor may."""
    return [] if actor.may(permission) else members_with_pin(actor, permission)


def approver_in(data: Mapping[str, str], permission: Permission, actor: Actor) -> Actor | None:
    """Return the manager whose PIN a form has, or None without a PIN.

    Raises InvalidInput with the sentence and code of every error of `approve_with_pin`, for the field `pin`: the screen
    would take 429 for a server that is busy, and try the PIN again.
    """
    pin = data.get("pin", "").strip()
    if not pin:
        return None
    member = whole_number(data.get("approver", ""), least=1) or 0
    try:
        return approve_with_pin(membership_id=member, pin=pin[:20], permission=permission, actor=actor)
    except DomainError as error:
        raise InvalidInput(error.message, code=error.code, fields={"pin": [error.message]}) from error


def pin_problem(error: DomainError | None) -> str:
    """Return the sentence to show beside the field of the PIN, or ""."""
    if error is None:
        return ""
    return next(iter(error.fields.get("pin", ())), error.message if error.code == "approval_required" else "")
