"""Events of opening hours, for the audit trail only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class OpeningHoursChanged(DomainEvent):
    """A change of the week's services, or of a day that is different."""

    type: ClassVar[str] = "opening_hours_updated"
    action: ClassVar[str] = "changed"

    restaurant_id: int
    what: str
    change: Mapping[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return f"restaurant:{self.restaurant_id}"

    def data(self) -> Mapping[str, Any]:
        return {"what": self.what, **self.change}
