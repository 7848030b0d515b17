"""What happens to devices: in the audit trail, and on screens that manage them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.events import DomainEvent
from bistro.core.models import Device


@dataclass(frozen=True, kw_only=True)
class DeviceEvent(DomainEvent):
    """Something happened to `device`. No token or code is ever in it."""

    type: ClassVar[str] = "device_updated"

    device: Device

    @property
    def subject(self) -> str:
        return f"device:{self.device.pk}"

    def data(self) -> Mapping[str, Any]:
        return {
            "id": self.device.pk,
            "kind": self.device.kind,
            "name": self.device.name,
            "revoked": self.device.revoked_at is not None,
        }


@dataclass(frozen=True, kw_only=True)
class DeviceAdded(DeviceEvent):
    """It is known, not enrolled yet."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class DeviceCodeMade(DeviceEvent):
    """A manager made a one-time code for it."""

    action: ClassVar[str] = "code_made"


@dataclass(frozen=True, kw_only=True)
class DeviceEnrolled(DeviceEvent):
    """It has a token."""

    action: ClassVar[str] = "enrolled"


@dataclass(frozen=True, kw_only=True)
class DeviceRotated(DeviceEvent):
    """It asked for a new token."""

    action: ClassVar[str] = "rotated"


@dataclass(frozen=True, kw_only=True)
class DeviceRevoked(DeviceEvent):
    """Its token counts no more."""

    action: ClassVar[str] = "revoked"
