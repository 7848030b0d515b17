from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """E-mails and text messages to guests and staff."""

    name = "bistro.mail"
    label = "mail"
    verbose_name = _("Messages")
