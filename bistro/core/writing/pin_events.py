"""Events of PINs and of people on shared tablets, for the audit trail only. No event contains a PIN."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from bistro.core.models import Membership, TabletSession


@dataclass(frozen=True, kw_only=True)
class PinEvent(DomainEvent):
    """An event of the PIN of `membership`. The name is personal data and goes into `private`."""

    type: ClassVar[str] = "pin_updated"

    membership: Membership

    @property
    def subject(self) -> str:
        return f"membership:{self.membership.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": self.membership.pk, "staff": self.membership.staff_id}

    def private(self) -> Mapping[str, Any]:
        return {"name": self.membership.staff.get_full_name()}


@dataclass(frozen=True, kw_only=True)
class PinSet(PinEvent):
    """A PIN that its member has chosen."""

    action: ClassVar[str] = "set"


@dataclass(frozen=True, kw_only=True)
class PinReset(PinEvent):
    """A one-time PIN that a manager has made for a member."""

    action: ClassVar[str] = "reset"


@dataclass(frozen=True, kw_only=True)
class PinForgotten(PinEvent):
    """A PIN that was removed."""

    action: ClassVar[str] = "forgotten"


@dataclass(frozen=True, kw_only=True)
class PinRefused(PinEvent):
    """A wrong PIN or password of a member at `place`; `tries` counts the wrong ones in a row."""

    action: ClassVar[str] = "refused"
    place: str
    tries: int

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "place": self.place, "tries": self.tries}


@dataclass(frozen=True, kw_only=True)
class PinLocked(PinRefused):
    """The last wrong PIN allowed, which locks the pair of member and place for a quarter of an hour."""

    action: ClassVar[str] = "locked"


@dataclass(frozen=True, kw_only=True)
class PinApproved(PinEvent):
    """A member's approval, by PIN, of an act that another person may not do alone."""

    action: ClassVar[str] = "approved"
    permission: str

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "permission": self.permission}


@dataclass(frozen=True, kw_only=True)
class TabletEvent(DomainEvent):
    """An event of a person's session on a shared tablet."""

    type: ClassVar[str] = "tablet_updated"

    session: TabletSession

    @property
    def subject(self) -> str:
        return f"device:{self.session.device_id}"

    def data(self) -> Mapping[str, Any]:
        session = self.session
        return {"id": session.device_id, "membership": session.membership_id, "staff": session.membership.staff_id}

    def private(self) -> Mapping[str, Any]:
        return {"name": self.session.membership.staff.get_full_name()}


@dataclass(frozen=True, kw_only=True)
class TabletEntered(TabletEvent):
    """A person who came with a right PIN."""

    action: ClassVar[str] = "entered"


@dataclass(frozen=True, kw_only=True)
class TabletLeft(TabletEvent):
    """The end of a person's session: `locked`, `changed`, `idle` or `ended` by a manager or the person elsewhere."""

    action: ClassVar[str] = "left"
    why: str

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "why": self.why}
