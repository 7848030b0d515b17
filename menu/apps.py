from django.apps import AppConfig


class MenuConfig(AppConfig):
    """What can be ordered, at what price."""

    name = "menu"
