from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Restaurant, staff, devices, unit of work, event log, live feed."""

    name = "bistro.core"
    label = "core"
    verbose_name = "Restaurant"

    def ready(self) -> None:
        from bistro.core import checks, lookups, schema_extensions  # noqa: F401  (registration)
