"""Events of configuration changes in the admin, for the audit trail only, with the values before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import override

from bistro.core.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ConfigurationEvent(DomainEvent):
    """A change of the configuration row `row`. `changed` holds {field: (before, after)} in JSON values."""

    type: ClassVar[str] = "configuration_updated"

    row: Model
    pk: int
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return f"{self.row._meta.model_name}:{self.pk}"

    def data(self) -> Mapping[str, Any]:
        with override(None):  # the log has one language, whoever made the change
            what, name = str(self.row._meta.verbose_name), str(self.row)
        return {
            "id": self.pk,
            "what": what,
            "name": name,
            "changed": {name: {"before": before, "after": after} for name, (before, after) in self.changed.items()},
        }


@dataclass(frozen=True, kw_only=True)
class ConfigurationAdded(ConfigurationEvent):
    """A created row."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class ConfigurationChanged(ConfigurationEvent):
    """A row with changed values."""

    action: ClassVar[str] = "changed"


@dataclass(frozen=True, kw_only=True)
class ConfigurationRemoved(ConfigurationEvent):
    """A deleted row."""

    action: ClassVar[str] = "removed"


@dataclass(frozen=True, kw_only=True)
class RestaurantChanged(ConfigurationEvent):
    """A change of the restaurant's settings. Other apps react, because prices and kitchen depend on them."""

    action: ClassVar[str] = "restaurant_changed"
