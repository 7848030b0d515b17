"""What happens to a menu."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.events import EVERYBODY, Audience, DomainEvent


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
