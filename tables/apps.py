from django.apps import AppConfig


class TablesConfig(AppConfig):
    """Where guests sit."""

    name = "tables"
