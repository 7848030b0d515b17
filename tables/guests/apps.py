from django.apps import AppConfig


class GuestsConfig(AppConfig):
    """Profiles of guests who are known by phone or e-mail."""

    name = "tables.guests"
    label = "guests"
    verbose_name = "Guests"
