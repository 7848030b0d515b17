"""What happens to devices: in the audit trail, and on screens that manage them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import Audience, DomainEvent
from bistro.core.models import Device

# The floor shows an alarm for each locked pad: these let it appear or go.
ON_THE_FLOOR = frozenset({Audience.FLOOR})


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
            "locked": self.device.locked_at is not None,
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
class DevicePaired(DeviceEvent):
    """A manager read a code on a screen: that screen may collect this device's token."""

    action: ClassVar[str] = "paired"


@dataclass(frozen=True, kw_only=True)
class DeviceEnrolled(DeviceEvent):
    """It has a token."""

    action: ClassVar[str] = "enrolled"
    audiences: ClassVar[frozenset[Audience]] = ON_THE_FLOOR


@dataclass(frozen=True, kw_only=True)
class DeviceRotated(DeviceEvent):
    """It asked for a new token."""

    action: ClassVar[str] = "rotated"


@dataclass(frozen=True, kw_only=True)
class DeviceRevoked(DeviceEvent):
    """Its token counts no more."""

    action: ClassVar[str] = "revoked"
    audiences: ClassVar[frozenset[Audience]] = ON_THE_FLOOR


@dataclass(frozen=True, kw_only=True)
class DeviceReported(DeviceEvent):
    """A heartbeat said something new that is in order: other firmware, or the first digest, expected from now on."""

    action: ClassVar[str] = "reported"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "firmware": self.device.firmware, "expected_digest": self.device.expected_digest}


@dataclass(frozen=True, kw_only=True)
class DeviceLocked(DeviceEvent):
    """A heartbeat said that it was tampered with, or runs other software than expected."""

    action: ClassVar[str] = "locked"
    audiences: ClassVar[frozenset[Audience]] = ON_THE_FLOOR

    def data(self) -> Mapping[str, Any]:
        device = self.device
        digests = {"expected_digest": device.expected_digest, "reported_digest": device.reported_digest}
        return {**super().data(), "reason": device.lock_reason, **digests}


@dataclass(frozen=True, kw_only=True)
class DeviceUnlocked(DeviceEvent):
    """A manager has looked at it and takes it as it is."""

    action: ClassVar[str] = "unlocked"
    audiences: ClassVar[frozenset[Audience]] = ON_THE_FLOOR

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "expected_digest": self.device.expected_digest}
