"""Events of what people do with webhooks, for the audit trail only. A delivery is not an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from bistro.core.kernel.events import DomainEvent
from bistro.webhooks.models import Hook


@dataclass(frozen=True, kw_only=True)
class HookEvent(DomainEvent):
    """Base class of the events of one webhook. Only the host is told, because a path may hold a password."""

    type: ClassVar[str] = "webhook_updated"

    hook: Hook

    @property
    def subject(self) -> str:
        return f"webhook:{self.hook.pk}"

    def data(self) -> Mapping[str, Any]:
        hook = self.hook
        return {
            "id": hook.pk,
            "name": hook.name,
            "host": urlsplit(hook.url).hostname,
            "types": sorted(hook.types),
            "personal": hook.personal,
            "status": hook.status,
            "after": hook.seq,
        }


@dataclass(frozen=True, kw_only=True)
class HookAdded(HookEvent):
    """A new webhook."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class HookChanged(HookEvent):
    """Another address, name or choice of events."""

    action: ClassVar[str] = "changed"


@dataclass(frozen=True, kw_only=True)
class SecretRotated(HookEvent):
    """A new secret. The old one signs too for one more day."""

    action: ClassVar[str] = "secret_rotated"


@dataclass(frozen=True, kw_only=True)
class HookPaused(HookEvent):
    """A pause by a person."""

    action: ClassVar[str] = "paused"


@dataclass(frozen=True, kw_only=True)
class HookResumed(HookEvent):
    """The end of a pause or stop by a person."""

    action: ClassVar[str] = "resumed"


@dataclass(frozen=True, kw_only=True)
class HookSetBack(HookEvent):
    """Another position in the log, from which events are sent again or left out."""

    action: ClassVar[str] = "position_set"


@dataclass(frozen=True, kw_only=True)
class HookStopped(HookEvent):
    """A stop after days of failures, or because the receiver answered 410."""

    action: ClassVar[str] = "stopped"


@dataclass(frozen=True, kw_only=True)
class HookTested(HookEvent):
    """A test that a person sent."""

    action: ClassVar[str] = "tested"
