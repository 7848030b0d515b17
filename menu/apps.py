from django.apps import AppConfig


class MenuConfig(AppConfig):
    """The app of dishes, choices, prices and recipes."""

    name = "menu"
