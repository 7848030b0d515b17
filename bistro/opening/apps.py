from django.apps import AppConfig


class OpeningConfig(AppConfig):
    """The Django app of the command `open_restaurant`. It has no models."""

    name = "bistro.opening"
    label = "opening"
