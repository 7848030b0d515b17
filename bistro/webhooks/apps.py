from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Events that are sent to the servers of other programs."""

    name = "bistro.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")
