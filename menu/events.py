"""What happens to a menu."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import EVERYBODY, Audience, DomainEvent
from menu.models import Pause
from menu.representations import pause_json


@dataclass(frozen=True, kw_only=True)
class MenuChanged(DomainEvent):
    """Somebody edited the menu; readers fetch it again by its version."""

    type: ClassVar[str] = "menu_updated"
    action: ClassVar[str] = "changed"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY

    restaurant_id: int
    version: int
    what: str

    @property
    def subject(self) -> str:
        return f"menu:{self.restaurant_id}"

    def data(self) -> Mapping[str, Any]:
        return {"version": self.version, "what": self.what}


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(DomainEvent):
    """An item went off, came back, or its countdown passed a threshold."""

    type: ClassVar[str] = "menu_updated"
    action: ClassVar[str] = "availability"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY

    item_id: int
    name: str
    available: bool
    portions_left: int | None

    @property
    def subject(self) -> str:
        return f"item:{self.item_id}"

    def data(self) -> Mapping[str, Any]:
        return {
            "item": self.item_id,
            "name": self.name,
            "available": self.available,
            "portions_left": self.portions_left,
        }


@dataclass(frozen=True, kw_only=True)
class PauseEvent(DomainEvent):
    """Something about a pause, for whoever orders or serves. Why it is paused is not a guest's business."""

    type: ClassVar[str] = "menu_updated"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY

    pause: Pause

    @property
    def subject(self) -> str:
        return f"pause:{self.pause.pk}"

    def data(self) -> Mapping[str, Any]:
        return pause_json(self.pause)

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.pause.reason} if self.pause.reason else None


@dataclass(frozen=True, kw_only=True)
class Paused(PauseEvent):
    """The kitchen takes no more of something, or no more from pads, until a moment. Said again: until another one."""

    action: ClassVar[str] = "paused"


@dataclass(frozen=True, kw_only=True)
class Resumed(PauseEvent):
    """It is taken again: somebody said so, or the time was over."""

    action: ClassVar[str] = "resumed"
