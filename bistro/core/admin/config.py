"""The admin site's configuration."""

from django.contrib.admin.apps import AdminConfig


class BistroAdminConfig(AdminConfig):
    """Django's admin with our site: the role of the active membership decides (DECISIONS 9)."""

    default_site = "bistro.core.admin.site.BistroAdminSite"
