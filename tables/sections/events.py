"""The event of a new division of the sections, for the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class SectionsGiven(DomainEvent):
    """The division of the sections on a business day: {section's id: ids of members of staff}."""

    type: ClassVar[str] = "sections_updated"
    action: ClassVar[str] = "given"

    day: date
    servers: Mapping[int, list[int]]

    @property
    def subject(self) -> str:
        return f"sections:{self.day.isoformat()}"

    def data(self) -> Mapping[str, Any]:
        shown = [{"section": section, "servers": servers} for section, servers in sorted(self.servers.items())]
        return {"day": self.day.isoformat(), "sections": shown}
