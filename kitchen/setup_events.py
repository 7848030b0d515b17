"""Events of the kitchen's set-up, for the audit trail only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class KitchenChanged(DomainEvent):
    """A change of stations, routes or screens."""

    type: ClassVar[str] = "kitchen_updated"
    action: ClassVar[str] = "changed"

    restaurant_id: int
    what: str

    @property
    def subject(self) -> str:
        return f"kitchen:{self.restaurant_id}"

    def data(self) -> Mapping[str, Any]:
        return {"what": self.what}
