"""Events of the set-up, for the audit trail only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class StepSkipped(DomainEvent):
    """A change of whether the restaurant skips a step."""

    type: ClassVar[str] = "setup_updated"
    action: ClassVar[str] = "skipped"

    restaurant_id: int
    step: str
    skipped: bool

    @property
    def subject(self) -> str:
        return f"setup:{self.restaurant_id}"

    def data(self) -> Mapping[str, Any]:
        return {"step": self.step, "skipped": self.skipped}
