"""What happens to restaurants and their people: audit trail only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from bistro.core.models import Invitation, Membership, Restaurant


@dataclass(frozen=True, kw_only=True)
class RestaurantOpened(DomainEvent):
    """The first event of every restaurant."""

    type: ClassVar[str] = "restaurant_created"
    action: ClassVar[str] = "opened"

    restaurant: Restaurant

    @property
    def subject(self) -> str:
        return f"restaurant:{self.restaurant.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": str(self.restaurant.uid), "name": self.restaurant.name, "currency": self.restaurant.currency}


@dataclass(frozen=True, kw_only=True)
class MemberEvent(DomainEvent):
    """Something happened to a membership. Name and address are personal data and lie apart."""

    type: ClassVar[str] = "membership_updated"

    membership: Membership

    @property
    def subject(self) -> str:
        return f"membership:{self.membership.pk}"

    def data(self) -> Mapping[str, Any]:
        member = self.membership
        return {"id": member.pk, "staff": member.staff_id, "role": member.role, "active": member.is_active}

    def private(self) -> Mapping[str, Any]:
        return {"email": self.membership.staff.email, "name": self.membership.staff.name}


@dataclass(frozen=True, kw_only=True)
class MemberAdded(MemberEvent):
    """A login got a role here."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class MemberChanged(MemberEvent):
    """Another role, or no role any more; `before` is the old one."""

    action: ClassVar[str] = "changed"
    before: str

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "before": self.before}


@dataclass(frozen=True, kw_only=True)
class MemberInvited(DomainEvent):
    """Somebody may register with a role."""

    type: ClassVar[str] = "membership_updated"
    action: ClassVar[str] = "invited"

    invitation: Invitation

    @property
    def subject(self) -> str:
        return f"invitation:{self.invitation.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": self.invitation.pk, "role": self.invitation.role}

    def private(self) -> Mapping[str, Any] | None:
        return {"email": self.invitation.email} if self.invitation.email else None
