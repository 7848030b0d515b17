"""What managers change in the admin: audit trail only, with what stood there before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Model

from bistro.core.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ConfigurationEvent(DomainEvent):
    """Somebody set up `row`. `changed` holds {field: (before, after)} in values that JSON knows."""

    type: ClassVar[str] = "configuration_updated"

    row: Model
    pk: int
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return f"{self.row._meta.model_name}:{self.pk}"

    def data(self) -> Mapping[str, Any]:
        return {
            "id": self.pk,
            "what": str(self.row._meta.verbose_name),
            "name": str(self.row),
            "changed": {name: {"before": before, "after": after} for name, (before, after) in self.changed.items()},
        }


@dataclass(frozen=True, kw_only=True)
class ConfigurationAdded(ConfigurationEvent):
    """A row is new."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class ConfigurationChanged(ConfigurationEvent):
    """Values of a row are other than before."""

    action: ClassVar[str] = "changed"


@dataclass(frozen=True, kw_only=True)
class ConfigurationRemoved(ConfigurationEvent):
    """A row is gone."""

    action: ClassVar[str] = "removed"


@dataclass(frozen=True, kw_only=True)
class RestaurantChanged(ConfigurationEvent):
    """The restaurant's own settings. Prices and kitchen depend on them, so other apps react."""

    action: ClassVar[str] = "restaurant_changed"
