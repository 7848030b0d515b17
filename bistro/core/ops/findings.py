"""The result of one health check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Level(Enum):
    """The consequence of a finding for the installation."""

    OK = "ok"
    DEGRADED = "degraded"  # guests can order, and somebody should look
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `facts` are figures for programs, listed under the name of the check."""

    name: str
    text: str = "ok"
    level: Level = Level.OK
    facts: Mapping[str, Any] = field(default_factory=dict)
