"""Approvals of managers by PIN in the bodies of calls."""

from collections.abc import Mapping
from typing import Any

from bistro.core.auth.pins import approve_with_pin
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission


def approver_of(body: Mapping[str, Any], permission: Permission, actor: Actor) -> Actor | None:
    """Return the manager whose PIN a body has (`ApprovalInput`), or None without an approval.

    Raises the errors of `approve_with_pin`.
    """
    approval = body.get("approval")
    if not approval:
        return None
    return approve_with_pin(membership_id=approval["member"], pin=approval["pin"], permission=permission, actor=actor)
