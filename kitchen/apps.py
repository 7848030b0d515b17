from django.apps import AppConfig


class KitchenConfig(AppConfig):
    """The app of everything that is being cooked."""

    name = "kitchen"
