from django.apps import AppConfig


class TablesConfig(AppConfig):
    """The app of sections, tables, pads and parties."""

    name = "tables"
