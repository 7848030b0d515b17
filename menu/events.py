"""Events of the menu."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from bistro.core.kernel.events import EVERYBODY, Audience, DomainEvent
from bistro.core.kernel.jsontext import moment
from menu.models import Item, Pause
from menu.representations import pause_json


@dataclass(frozen=True, kw_only=True)
class MenuChanged(DomainEvent):
    """A change of the menu. Readers fetch the menu of the new version."""

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
class ChoicesCopied(DomainEvent):
    """Copies of choices in a group of a dish's own. Higher apps copy what they keep about a choice."""

    type: ClassVar[str] = "configuration_updated"
    action: ClassVar[str] = "choices_copied"

    restaurant_id: int
    copies: Mapping[int, int]  # {copy: the choice that it was made of}

    @property
    def subject(self) -> str:
        return f"menu:{self.restaurant_id}"

    def data(self) -> Mapping[str, Any]:
        return {"copies": [{"id": copy, "of": of} for copy, of in self.copies.items()]}


@dataclass(frozen=True, kw_only=True)
class ItemCopied(DomainEvent):
    """A copy of a dish. Higher apps copy what they keep about a dish."""

    type: ClassVar[str] = "configuration_updated"
    action: ClassVar[str] = "item_copied"

    restaurant_id: int
    item_id: int
    copy_id: int

    @property
    def subject(self) -> str:
        return f"item:{self.copy_id}"

    def data(self) -> Mapping[str, Any]:
        return {"id": self.copy_id, "of": self.item_id}


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(DomainEvent):
    """A change of an item's availability: 86, back on the menu, or a small number of portions left.

    `until` is the end of a timed 86.
    """

    type: ClassVar[str] = "menu_updated"
    action: ClassVar[str] = "availability"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY

    item_id: int
    name: str
    available: bool
    portions_left: int | None
    until: datetime | None = None

    @classmethod
    def of(cls, item: Item) -> Self:
        """Create the event for an item as it is now."""
        return cls(
            item_id=item.pk,
            name=item.name,
            available=item.available,
            portions_left=item.portions_left,
            until=item.off_until,
        )

    @property
    def subject(self) -> str:
        return f"item:{self.item_id}"

    def data(self) -> Mapping[str, Any]:
        return {
            "item": self.item_id,
            "name": self.name,
            "available": self.available,
            "portions_left": self.portions_left,
            "until": moment(self.until),
        }


@dataclass(frozen=True, kw_only=True)
class PauseEvent(DomainEvent):
    """An event of a pause. The reason is private data, because guests must not read it."""

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
    """A new pause, or a new end of a pause that is in force."""

    action: ClassVar[str] = "paused"


@dataclass(frozen=True, kw_only=True)
class Resumed(PauseEvent):
    """The end of a pause, by a person or because its time is over."""

    action: ClassVar[str] = "resumed"
