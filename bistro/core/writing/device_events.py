"""Events of devices, for the audit trail and the floor plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import Audience, DomainEvent
from bistro.core.models import Device

# The floor plan shows an alarm for each locked pad, and these events make it come and go. Programs read them too.
READERS = frozenset({Audience.FLOOR, Audience.PROGRAMS})


@dataclass(frozen=True, kw_only=True)
class DeviceEvent(DomainEvent):
    """An event of `device`. Never contains a token or code."""

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
    """A device that was created and is not enrolled yet."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class DeviceCodeMade(DeviceEvent):
    """A one-time code that a manager created for the device."""

    action: ClassVar[str] = "code_made"


@dataclass(frozen=True, kw_only=True)
class DevicePaired(DeviceEvent):
    """A manager's claim of a code on a screen, which may now collect the device's token."""

    action: ClassVar[str] = "paired"


@dataclass(frozen=True, kw_only=True)
class DeviceEnrolled(DeviceEvent):
    """A device that received a token."""

    action: ClassVar[str] = "enrolled"
    audiences: ClassVar[frozenset[Audience]] = READERS


@dataclass(frozen=True, kw_only=True)
class DeviceRotated(DeviceEvent):
    """A device that asked for a new token."""

    action: ClassVar[str] = "rotated"


@dataclass(frozen=True, kw_only=True)
class DeviceRevoked(DeviceEvent):
    """A device whose token was revoked."""

    action: ClassVar[str] = "revoked"
    audiences: ClassVar[frozenset[Audience]] = READERS


@dataclass(frozen=True, kw_only=True)
class DeviceReported(DeviceEvent):
    """An accepted heartbeat with news: other firmware, or the first digest, which becomes the expected one."""

    action: ClassVar[str] = "reported"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "firmware": self.device.firmware, "expected_digest": self.device.expected_digest}


@dataclass(frozen=True, kw_only=True)
class DeviceLocked(DeviceEvent):
    """A heartbeat that reported tampering or unexpected software."""

    action: ClassVar[str] = "locked"
    audiences: ClassVar[frozenset[Audience]] = READERS

    def data(self) -> Mapping[str, Any]:
        device = self.device
        digests = {"expected_digest": device.expected_digest, "reported_digest": device.reported_digest}
        return {**super().data(), "reason": device.lock_reason, **digests}


@dataclass(frozen=True, kw_only=True)
class DeviceUnlocked(DeviceEvent):
    """A manager's decision to unlock the device and accept its software."""

    action: ClassVar[str] = "unlocked"
    audiences: ClassVar[frozenset[Audience]] = READERS

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "expected_digest": self.device.expected_digest}
