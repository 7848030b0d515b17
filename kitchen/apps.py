from django.apps import AppConfig


class KitchenConfig(AppConfig):
    """What is being cooked."""

    name = "kitchen"
