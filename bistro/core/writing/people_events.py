"""Events of restaurants and their members, for the audit trail only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from bistro.core.models import Invitation, Membership, Restaurant


@dataclass(frozen=True, kw_only=True)
class RestaurantOpened(DomainEvent):
    """The creation of a restaurant, its first event."""

    type: ClassVar[str] = "restaurant_created"
    action: ClassVar[str] = "opened"

    restaurant: Restaurant

    @property
    def subject(self) -> str:
        return f"restaurant:{self.restaurant.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": str(self.restaurant.uid), "name": self.restaurant.name, "currency": self.restaurant.currency}


@dataclass(frozen=True, kw_only=True)
class RestaurantCopied(DomainEvent):
    """The copy of another restaurant's menu, kitchen, room and settings, recorded in the new one."""

    type: ClassVar[str] = "restaurant_updated"
    action: ClassVar[str] = "copied"

    restaurant: Restaurant
    source: Restaurant
    rows: int

    @property
    def subject(self) -> str:
        return f"restaurant:{self.restaurant.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": str(self.restaurant.uid), "copy_of": str(self.source.uid), "rows": self.rows}


@dataclass(frozen=True, kw_only=True)
class MemberEvent(DomainEvent):
    """An event of a membership. Name and e-mail are personal data and go into `private`."""

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
    """A login that received a role in the restaurant."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class MemberChanged(MemberEvent):
    """A changed or ended role; `before` is the old role."""

    action: ClassVar[str] = "changed"
    before: str

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "before": self.before}


@dataclass(frozen=True, kw_only=True)
class MemberRenamed(MemberEvent):
    """A member who changed the own name."""

    action: ClassVar[str] = "renamed"


@dataclass(frozen=True, kw_only=True)
class MemberLanguageChosen(MemberEvent):
    """A member who chose the language of the own pages; empty for the restaurant's."""

    action: ClassVar[str] = "language_chosen"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "language": self.membership.staff.language}


@dataclass(frozen=True, kw_only=True)
class MemberPasswordChanged(MemberEvent):
    """A member who changed the own password."""

    action: ClassVar[str] = "password_changed"


@dataclass(frozen=True, kw_only=True)
class SecondFactorOn(MemberEvent):
    """A member whose logins ask for a code of the phone from now on."""

    action: ClassVar[str] = "second_factor_on"


@dataclass(frozen=True, kw_only=True)
class SecondFactorOff(MemberEvent):
    """A member who switched the own second factor off."""

    action: ClassVar[str] = "second_factor_off"


@dataclass(frozen=True, kw_only=True)
class SecondFactorRemoved(MemberEvent):
    """A second factor that an owner or the operator removed, because the phone is lost."""

    action: ClassVar[str] = "second_factor_removed"


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(MemberEvent):
    """A login with a recovery code in place of the phone."""

    action: ClassVar[str] = "recovery_code_used"


@dataclass(frozen=True, kw_only=True)
class MemberLoginReplaced(MemberEvent):
    """A member who replaced a one-time password by an own one, with the own name and address."""

    action: ClassVar[str] = "login_replaced"


@dataclass(frozen=True, kw_only=True)
class MemberSignedOut(MemberEvent):
    """A member who ended all own sessions."""

    action: ClassVar[str] = "signed_out"


@dataclass(frozen=True, kw_only=True)
class MemberInvited(DomainEvent):
    """An invitation to register with a role. Its maker may ask for an e-mail, which needs the token: no log has it."""

    type: ClassVar[str] = "membership_updated"
    action: ClassVar[str] = "invited"

    invitation: Invitation
    token_to_mail: str = field(default="", repr=False)

    @property
    def subject(self) -> str:
        return f"invitation:{self.invitation.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": self.invitation.pk, "role": self.invitation.role}

    def private(self) -> Mapping[str, Any] | None:
        return {"email": self.invitation.email} if self.invitation.email else None


@dataclass(frozen=True, kw_only=True)
class PasswordResetOffered(MemberEvent):
    """A link with which a member may choose a new password. The e-mail needs the token: no log has it."""

    action: ClassVar[str] = "password_reset_offered"
    expires_at: datetime
    token_to_mail: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class MemberPasswordReset(MemberEvent):
    """A member who chose a new password with such a link."""

    action: ClassVar[str] = "password_reset"
