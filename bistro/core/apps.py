from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Restaurant, staff, devices, unit of work, event log, live feed."""

    name = "bistro.core"
    label = "core"
    verbose_name = "Restaurant"

    def ready(self) -> None:
        from bistro.core.api import schema_credentials  # noqa: F401  (registration)
        from bistro.core.database import lookups  # noqa: F401  (registration)
        from bistro.core.ops import checks  # noqa: F401  (registration)
