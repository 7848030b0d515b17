from django.apps import AppConfig


class OpeningConfig(AppConfig):
    """The Django app of the commands that open restaurants. It has no models."""

    name = "bistro.opening"
    label = "opening"
