"""App configurations of the core and of the admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BistroAdminConfig(AdminConfig):
    """Django's admin with our site: the role of the active membership decides what a person may do."""

    default_site = "bistro.core.web.admin_site.BistroAdminSite"


class CoreConfig(AppConfig):
    """The app that every other app builds on: restaurants, staff, devices, writing, the event log and the live feed."""

    name = "bistro.core"
    label = "core"
    verbose_name = "Restaurant"

    def ready(self) -> None:
        from bistro.core.admin.names import translate_names
        from bistro.core.api import schema_credentials  # noqa: F401  (registration)
        from bistro.core.database import lookups  # noqa: F401  (registration)
        from bistro.core.ops import checks  # noqa: F401  (registration)

        translate_names()
