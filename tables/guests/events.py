"""Events of guest profiles, for the audit trail. They name no person, so an erasure leaves nothing in the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from tables.guests.models import Guest


@dataclass(frozen=True, kw_only=True)
class GuestEvent(DomainEvent):
    """An event of the profile `guest`."""

    type: ClassVar[str] = "guest_profile_updated"

    guest: Guest

    @property
    def subject(self) -> str:
        return f"guest:{self.guest.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": str(self.guest.uid)}


@dataclass(frozen=True, kw_only=True)
class GuestAdded(GuestEvent):
    """A new profile."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class GuestChanged(GuestEvent):
    """A profile with changed `fields`."""

    action: ClassVar[str] = "changed"
    fields: tuple[str, ...]

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "fields": list(self.fields)}


@dataclass(frozen=True, kw_only=True)
class GuestsMerged(GuestEvent):
    """A profile that has the history of the profile `other` from now on."""

    action: ClassVar[str] = "merged"
    other: Guest

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "other": str(self.other.uid)}


@dataclass(frozen=True, kw_only=True)
class GuestExported(GuestEvent):
    """A copy of everything that is kept about a guest, which a manager took for them."""

    action: ClassVar[str] = "exported"


@dataclass(frozen=True, kw_only=True)
class GuestErased(GuestEvent):
    """The erasure of a profile. `guests` are the ids of the profile and of those that were merged into it.

    `contacts` are their pairs of phone number and e-mail address, for steps that erase what has no id of a guest.
    """

    action: ClassVar[str] = "erased"
    guests: tuple[int, ...]
    contacts: tuple[tuple[str, str], ...]
